/** Drops that go back to draft, and are scheduled again (ADR 0114). */
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inSeconds, send, startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane({ withRoom: true });
});
afterAll(() => admin?.close());

const problem = (status: number, type: string) => ({
  status,
  body: { type: expect.stringMatching(new RegExp(`/${type}$`)) },
});
const act = (drop: string, name: string, body: object = {}, headers = {}) =>
  admin.call('POST', `/api/v1/drops/${drop}/${name}`, body, headers);
const inRoom = (drop: string) => send(admin.room?.url ?? '', 'POST', `/v1/drops/${drop}/tickets`);

/** Not so often that reading is refused. */
const PATIENCE = { timeoutMs: 30_000, everyMs: 200 };

async function inForce(drop: string): Promise<void> {
  await waitUntil(async () => {
    const { body } = await admin.call('GET', `/api/v1/drops/${drop}/instances`);
    return body.total > 0 && body.onVersion === body.total;
  }, PATIENCE);
}

test('4.2: a scheduled drop goes back to draft and does not open, and opens when it is scheduled again', async () => {
  const { body: made } = await admin.createDrop({
    opensAt: inSeconds(60),
    admission: { lobbySeconds: 2, lobby: 'draw' },
  });
  const draft = await act(made.id, 'unschedule', { reason: 'not yet' });
  expect(draft).toMatchObject({
    status: 200,
    body: { isDraft: true, opensAt: made.opensAt, commit: made.commit, phase: 'scheduled' },
  });
  // Again it is what it is, and no act.
  expect((await act(made.id, 'unschedule')).body.policyVersion).toBe(draft.body.policyVersion);
  await inForce(made.id);
  const { body: sooner } = await admin.call('PATCH', `/api/v1/drops/${made.id}`, { opensAt: inSeconds(1.5) });
  expect(sooner).toMatchObject({ isDraft: true, phase: 'scheduled' });
  await waitUntil(async () => {
    const [seconds] = await admin.redis.time();
    return Number(seconds) * 1000 > Date.parse(sooner.opensAt) + 500;
  });
  expect(await inRoom(made.id)).toMatchObject(problem(409, 'not-open-yet'));
  const late = await act(made.id, 'schedule');
  expect(late).toMatchObject({
    ...problem(400, 'invalid-request'),
    body: { errors: [{ field: 'body.opensAt' }] },
  });

  const opens = (opensAt: string) => admin.call('PATCH', `/api/v1/drops/${made.id}`, { opensAt });
  await opens(inSeconds(600));
  expect(await act(made.id, 'schedule')).toMatchObject({
    status: 200,
    body: { isDraft: false, commit: made.commit },
  });
  expect((await opens(inSeconds(1))).status).toBe(200);
  await waitUntil(async () => (await inRoom(made.id)).status === 201);
  const { entries } = (await admin.call('GET', `/api/v1/audit?drop=${made.id}&act=drop.unschedule`)).body;
  expect(entries).toMatchObject([
    { reason: 'not yet', before: { isDraft: false }, after: { isDraft: true } },
  ]);
});

test('4.2: once the lobby is open a drop stays scheduled, and the refusal says why', async () => {
  const { body: lobby } = await admin.createDrop({
    opensAt: inSeconds(600),
    admission: { lobbySeconds: 900 },
  });
  const refused = await act(lobby.id, 'unschedule');
  expect(refused).toMatchObject(problem(409, 'lobby-open'));
  expect(refused.body.detail).toContain('until its lobby opens');
  const { body: open } = await admin.createDrop({ opensAt: inSeconds(0), admission: { lobbySeconds: 0 } });
  expect(await act(open.id, 'unschedule')).toMatchObject(problem(409, 'lobby-open'));
  await act(open.id, 'close', { confirm: true });
  expect(await act(open.id, 'unschedule')).toMatchObject(problem(409, 'drop-closed'));
  expect((await admin.call('GET', `/api/v1/drops/${lobby.id}`)).body.isDraft).toBe(false);
  const { body: other } = await admin.createDrop();
  expect(await act(other.id, 'unschedule', {}, { 'if-match': '"99"' })).toMatchObject(
    problem(412, 'version-mismatch'),
  );
  expect(await act('nothing', 'unschedule')).toMatchObject(problem(404, 'no-such-drop'));
  expect(await act(other.id, 'unschedule', { when: 'now' })).toMatchObject(problem(400, 'invalid-request'));
});

test('4.2: a drop that names no shop is not put back on the schedule: nobody could be let in', async () => {
  const { body: made } = await admin.createDrop();
  const emptied = await admin.call('PATCH', `/api/v1/drops/${made.id}/page`, { returnOrigins: [] });
  expect(emptied.status).toBe(400);
  expect(emptied.body.errors.map(({ code }: { code: string }) => code)).toEqual(['in-origins', 'no-shop']);
  await act(made.id, 'unschedule');
  // As one that was planned before a shop was asked for.
  const page = JSON.stringify({ returnOrigins: [], defaultReturnTo: null });
  await admin.database.query('update admin.drops set page = page || $2::jsonb where drop_id = $1', [
    made.id,
    page,
  ]);
  expect(await act(made.id, 'schedule')).toMatchObject({
    ...problem(400, 'invalid-request'),
    body: { errors: [{ field: 'body.page.returnOrigins', code: 'no-shop' }] },
  });
  const named = await admin.call('PATCH', `/api/v1/drops/${made.id}/page`, {
    returnOrigins: ['https://shop.example'],
  });
  expect(named.status, named.text).toBe(200);
  expect((await act(made.id, 'schedule')).body.isDraft).toBe(false);
});
