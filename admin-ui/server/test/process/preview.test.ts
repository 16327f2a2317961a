import { readdirSync } from 'node:fs';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PREVIEW_LANGUAGES, PREVIEW_STATES } from '../../src/domain/preview-links.ts';
import { anyPlan, send, startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';
import { startPerson } from '../support/people.ts';
import { startRoom, type TestRoom } from '../support/room.ts';

let admin: TestControlPlane;
let room: TestRoom;
beforeAll(async () => {
  admin = await startTestControlPlane();
  room = await startRoom(admin.redisUrl, 'room-1');
});
afterAll(async () => {
  await room?.close();
  await admin?.close();
});

test('4.4: a preview link of a planned drop opens every state in every language in the room, without an account', async () => {
  const page = { ...(anyPlan().page as object), message: { de: 'Zwei Paar je Person.' } };
  const { body: drop } = await admin.createDrop({ page });
  const merchant = await startPerson(admin, 'merchant');
  const issued = await merchant.call('POST', `/api/v1/drops/${drop.id}/preview`, { seconds: 600 });
  expect(issued).toMatchObject({ status: 201, body: { drop: drop.id, url: null } });
  const { path, states, languages, expiresAt } = issued.body;
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(600_000);
  const look = (query: string) => send(room.url, 'GET', `${path}${query}`);
  await waitUntil(async () => (await look('')).status === 200);
  for (const state of states) expect((await look(`&state=${state}&lang=de`)).status, state).toBe(200);
  for (const lang of languages) expect((await look(`&lang=${lang}`)).status, lang).toBe(200);
  const { text, headers } = await look('&state=lobby&lang=de');
  expect(text).toContain('Zwei Paar je Person.');
  expect(headers.get('content-security-policy')).toContain(`frame-ancestors ${new URL(admin.url).origin}`);
  const { body: acts } = await admin.call('GET', `/api/v1/drops/${drop.id}/acts`);
  expect(acts.acts?.[0] ?? acts.entries?.[0]).toMatchObject({ act: 'preview.issue', actor: merchant.email });
});

test('states and languages offered are those that the room has words for', () => {
  const locales = new URL('../../../../waiting-room/page/locales/', import.meta.url);
  const names = readdirSync(locales).map((file) => file.replace('.json', ''));
  expect(names.sort()).toEqual([...PREVIEW_LANGUAGES]);
  expect(new Set(PREVIEW_STATES).size).toBe(PREVIEW_STATES.length);
});

test('with the address of the room links are whole', async () => {
  const other = await admin.another({ ROOM_URL: 'https://queue.example/' });
  const { body: drop } = await admin.createDrop();
  const headers = { authorization: 'Bearer an-operator-key-of-at-least-32-characters' };
  const { body } = await send(other.url, 'POST', `/api/v1/drops/${drop.id}/preview`, { body: {}, headers });
  expect(body.url).toBe(`https://queue.example${body.path}`);
});

test('promise 8: a link for no drop, for no time or for ever is refused', async () => {
  const { body: drop } = await admin.createDrop();
  const ask = (id: string, body: unknown) => admin.call('POST', `/api/v1/drops/${id}/preview`, body);
  expect((await ask('no-such-drop', {})).status).toBe(404);
  for (const body of [{ seconds: 59 }, { seconds: 604_801 }, { seconds: '60' }, { forever: true }])
    expect((await ask(drop.id, body)).status, JSON.stringify(body)).toBe(400);
});
