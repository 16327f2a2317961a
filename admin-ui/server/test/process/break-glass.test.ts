import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RunningControlPlane } from '../../src/start.ts';
import { inSeconds, send, startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';
import { openBrowser, type Person, startPerson } from '../support/people.ts';
import { startRoom, type TestRoom } from '../support/room.ts';

/** Not so often that reading or steering is refused. */
const PATIENCE = { timeoutMs: 30_000, everyMs: 150 };

let admin: TestControlPlane;
let room: TestRoom;
/** An instance with a journal file of its own. */
let plane: RunningControlPlane;
let operator: Person;
const folder = mkdtempSync(join(tmpdir(), 'sluice-journal-'));
const journalFile = join(folder, 'journal.jsonl');
beforeAll(async () => {
  admin = await startTestControlPlane();
  [room, plane, operator] = await Promise.all([
    startRoom(admin.redisUrl, 'room-1'),
    admin.another({ JOURNAL_FILE: journalFile, INSTANCE_ID: 'second' }),
    startPerson(admin, 'operator'),
  ]);
});
afterEach(async () => {
  admin.roads.postgres.restore();
  // Every connection was broken once more: both instances notice before the next test begins.
  for (const { url } of [admin, plane])
    await waitUntil(async () => (await send(url, 'GET', '/readyz')).status === 200, PATIENCE);
});
afterAll(async () => {
  await room?.close();
  await admin?.close();
  rmSync(folder, { recursive: true });
});

const problem = (status: number, type: string) => ({
  status,
  body: { type: expect.stringMatching(new RegExp(`/${type}$`)) },
});

/** The person's browser at another instance. */
function at(instance: Pick<RunningControlPlane, 'url'>, person: Person) {
  const browser = openBrowser(instance);
  for (const [name, value] of person.jar) browser.jar.set(name, value);
  return browser;
}

/** A drop that is open, and the room knows it; its operators are signed in. */
async function openDrop() {
  const { body } = await waitUntil(async () => {
    const made = await admin.createDrop({
      opensAt: inSeconds(0),
      admission: { ratePerMinute: 60, lobbySeconds: 0 },
    });
    return made.status === 201 ? made : undefined;
  }, PATIENCE);
  const pulse = async () => (await send(room.url, 'GET', `/v1/drops/${body.id}/pulse`)).body;
  await waitUntil(async () => (await pulse())?.phase === 'open', PATIENCE);
  const browser = at(plane, operator);
  expect((await browser.call('GET', `/api/v1/drops/${body.id}`)).status).toBe(200);
  const act = (name: string, given?: unknown) =>
    browser.call('POST', `/api/v1/drops/${body.id}/${name}`, given);
  const acts = async () => (await admin.call('GET', `/api/v1/drops/${body.id}/acts`)).body.entries;
  return { id: body.id as string, browser, act, acts, pulse };
}

const untilEntered = (acts: () => Promise<{ act: string }[]>, count: number) =>
  waitUntil(async () => {
    const entries = await acts().catch(() => undefined);
    return entries && entries.length > count ? entries : undefined;
  }, PATIENCE);

for (const fault of ['cut', 'block'] as const)
  test(`Postgres ${fault} in mid-drop: operators stay signed in, the room obeys them, and all of it is in the audit log afterwards`, async () => {
    const { id, browser, act, acts, pulse } = await openDrop();
    admin.roads.postgres[fault]();
    expect(await act('pause', { reason: 'the shop burns' })).toMatchObject({
      status: 202,
      body: { id, isJournaled: true, override: 'paused', policyVersion: 2 },
    });
    await waitUntil(async () => (await pulse()).phase === 'paused', PATIENCE);
    expect(await act('rate', { to: 600 })).toMatchObject(problem(409, 'confirmation-required'));
    expect((await act('rate', { by: 30 })).body).toMatchObject({ ratePerMinute: 90, policyVersion: 3 });
    const said = await browser.call('PATCH', `/api/v1/drops/${id}/page`, {
      message: { en: 'Back in a minute.' },
    });
    expect(said).toMatchObject({ status: 202, body: { message: { en: 'Back in a minute.' } } });
    expect((await act('resume')).body.override).toBe('');
    await waitUntil(async () => {
      const { phase, message, ratePerMinute } = await pulse();
      return phase === 'open' && message.en === 'Back in a minute.' && ratePerMinute === 90;
    }, PATIENCE);
    expect(await act('close')).toMatchObject(problem(409, 'confirmation-required'));
    // What needs the ledger says so.
    expect(await browser.call('PATCH', `/api/v1/drops/${id}/admission`, { maxSessions: 5 })).toMatchObject(
      problem(503, 'store-unavailable'),
    );

    admin.roads.postgres.restore();
    const entries = await untilEntered(acts, 4);
    expect(entries.map(({ act: name, actor }: { act: string; actor?: string }) => [name, actor])).toEqual([
      ['drop.resume', operator.email],
      ['page.change', operator.email],
      ['rate.change', operator.email],
      ['drop.pause', operator.email],
      ['drop.create', expect.stringMatching(/^operator-key/)],
    ]);
    expect(entries[3]).toMatchObject({
      reason: 'the shop burns',
      after: { override: 'paused', doneAt: expect.any(String) },
    });
    const settled = await waitUntil(async () => {
      const { body } = await admin.call('GET', `/api/v1/drops/${id}`);
      return body.room?.status === 'done' ? body : undefined;
    }, PATIENCE);
    expect(settled).toMatchObject({
      override: '',
      admission: { ratePerMinute: 90 },
      page: { message: { en: 'Back in a minute.' }, returnOrigins: ['https://shop.example'] },
      products: [{ sku: 'low-41' }, { sku: 'low-42' }],
    });
    expect(await admin.redis.exists(`wr:{${id}}:journal`)).toBe(0);
    // It is an act like any other.
    expect(
      (
        await admin.call('POST', `/api/v1/drops/${id}/undo`, {
          seq: (entries[2] as unknown as { seq: number }).seq,
        })
      ).body.admission.ratePerMinute,
    ).toBe(60);
  }, 120_000);

test('an act right after the outage does not take back what was done in it', async () => {
  const { id, act, acts } = await openDrop();
  admin.roads.postgres.cut();
  expect((await act('pause')).status).toBe(202);
  admin.roads.postgres.restore();
  const done = await waitUntil(async () => {
    const answer = await admin.call('POST', `/api/v1/drops/${id}/rate`, { to: 61 });
    return answer.status === 200 ? answer : undefined;
  }, PATIENCE);
  expect(done.body).toMatchObject({ override: 'paused', admission: { ratePerMinute: 61 } });
  expect((await acts()).map(({ act: name }: { act: string }) => name)).toEqual([
    'rate.change',
    'drop.pause',
    'drop.create',
  ]);
});

test('Redis loses everything in the same outage: what this instance has kept in its file is in force again', async () => {
  const { id, act, acts } = await openDrop();
  admin.roads.postgres.cut();
  expect((await act('pause')).status).toBe(202);
  expect(readFileSync(journalFile, 'utf8')).toContain(id);
  for (const key of await admin.redis.keys(`wr:*${id}*`)) await admin.redis.del(key);
  admin.roads.postgres.restore();
  await untilEntered(acts, 1);
  await waitUntil(
    async () => (await admin.redis.hget(`wr:{${id}}:control`, 'override')) === 'paused',
    PATIENCE,
  );
  await waitUntil(() => readFileSync(journalFile, 'utf8') === '', PATIENCE);
  expect(await acts()).toHaveLength(2);
});

test('while Postgres is away nobody gets in who was out, and nobody may more than before', async () => {
  const { id } = await openDrop();
  const [viewer, gone, stranger] = await Promise.all([
    startPerson(admin, 'viewer'),
    startPerson(admin, 'operator'),
    startPerson(admin, 'operator', { drops: ['another-drop'] }),
  ]);
  const browsers = [viewer, gone, stranger].map((person) => at(plane, person));
  for (const browser of browsers) await browser.call('GET', '/api/v1/session');
  // A session that somebody has ended is over, whatever Redis has kept of it.
  expect((await gone.call('DELETE', '/api/v1/session')).status).toBe(204);
  const [key = ''] = await admin.redis.keys('admin:session:*');
  admin.roads.postgres.cut();
  const path = `/api/v1/drops/${id}/pause`;
  const statuses = await Promise.all(
    browsers.map(async (browser) => (await browser.call('POST', path)).status),
  );
  expect(statuses).toEqual([403, 401, 403]);
  // Nor does whoever can write Redis make themselves an operator.
  const kept = (await admin.redis.get(key)) ?? '';
  for (const forged of [kept.replace(/"role":"\w+"/, '"role":"owner"'), kept.replace(/^[^.]*/, ''), 'x', ''])
    await admin.redis.set(key, forged).then(async () => {
      const answers = await Promise.all(
        [operator, viewer].map((person) => at(plane, person).call('GET', '/api/v1/accounts')),
      );
      for (const { status } of answers) expect([401, 403]).toContain(status);
    });
  expect(await admin.redis.hget(`wr:{${id}}:control`, 'override')).toBe('');
});

const program = fileURLToPath(new URL('../../src/break-glass.ts', import.meta.url));

function sluice(
  args: string[],
  redisUrl = admin.redisUrl,
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, REDIS_URL: redisUrl };
    execFile(process.execPath, [program, ...args], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

test('from a shell, with Postgres and the control plane away: pause, rate, drain, status; told to the ledger afterwards', async () => {
  const { id, acts, pulse } = await openDrop();
  admin.roads.postgres.cut();
  expect(await sluice(['pause', id, '--reason', 'the shop burns'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`^${id}: paused \\(paused\\), 60 a minute, policy v2\\n0 waiting`)),
  });
  await waitUntil(async () => (await pulse()).phase === 'paused', PATIENCE);
  expect(await sluice(['rate', id, '600'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('--confirm'),
  });
  expect((await sluice(['rate', id, '600', '--confirm'])).out).toContain('600 a minute');
  expect((await sluice(['rate', id, '-30'])).out).toContain('570 a minute');
  expect((await sluice(['drain', id])).out).toContain('(draining)');
  expect((await sluice(['status', id])).out).toContain('draining (draining), 570 a minute, policy v5');
  admin.roads.postgres.restore();
  const entries = await untilEntered(acts, 4);
  expect(entries[3]).toMatchObject({
    act: 'drop.pause',
    actor: expect.stringMatching(/^shell .+@/),
    reason: 'the shop burns',
  });
}, 120_000);

test('a shell that asks for nonsense is told what is wrong, and nothing happens', async () => {
  const { id } = await openDrop();
  for (const [args, code, says] of [
    [[], 2, 'usage'],
    [['explode', id], 2, 'not a command'],
    [['pause'], 2, 'id of a drop'],
    [['pause', 'No Such'], 2, 'id of a drop'],
    [['pause', id, 'now'], 2, 'too many words'],
    [['rate', id], 2, 'the rate must be'],
    [['rate', id, '1e3'], 2, 'the rate must be'],
    [['pause', id, '--now'], 2, 'not an option'],
    [['pause', 'no-such-drop'], 1, 'knows no drop'],
    [['status', 'no-such-drop'], 1, 'knows no drop'],
    [['close', id], 1, 'Say it again with --confirm.'],
    [['rate', id, '-61'], 1, 'the rate must lead to a rate from 0'],
  ] as [string[], number, string][])
    expect(await sluice(args), args.join(' ')).toMatchObject({ code, err: expect.stringContaining(says) });
  expect(await sluice(['status', id], 'redis://127.0.0.1:9')).toMatchObject({
    code: 1,
    err: expect.stringContaining('Redis does not answer'),
  });
  expect((await sluice(['status', id], '')).code).toBe(2);
  // Who asks what there is has made no mistake, and needs nothing that runs.
  for (const ask of ['--help', '-h', 'help'])
    expect(await sluice([ask], '')).toMatchObject({ code: 0, out: expect.stringMatching(/^usage: sluice/) });
  expect(await admin.redis.hget(`wr:{${id}}:control`, 'policy_version')).toBe('1');
}, 120_000);
