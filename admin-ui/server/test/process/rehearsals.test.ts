import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  anyPlan,
  inSeconds,
  OPERATOR_KEY,
  SEED_KEY,
  SERVICE_TOKEN,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';
import { startPerson } from '../support/people.ts';

const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url));

let admin: TestControlPlane;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  admin = await startTestControlPlane({ withRoom: true });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await admin?.close();
});

/** Not so often that reading is refused. */
const PATIENCE = { timeoutMs: 180_000, everyMs: 400 };
/** All done some twenty seconds after the start. */
const QUICK = {
  shoppers: 20,
  arrivals: 'rush',
  noShowShare: 0.1,
  buyShare: 0.5,
  declineShare: 0.2,
  lobbySeconds: 5,
  openSeconds: 300,
};

const plan = () => ({ ...anyPlan(), admission: { ratePerMinute: 6000 } });
// biome-ignore lint/suspicious/noExplicitAny: tests read answers whose shape is what they check
type Told = any;
const latestOf = async (drop: string): Promise<Told> =>
  (await admin.call('GET', `/api/v1/drops/${drop}/rehearsals`)).body.rehearsals[0];
const untilLatest = (drop: string, isSo: (rehearsal: Told) => boolean) =>
  waitUntil(async () => {
    const latest = await latestOf(drop);
    return latest && isSo(latest) ? latest : undefined;
  }, PATIENCE);
const stop = (drop: string) => admin.call('POST', `/api/v1/drops/${drop}/rehearsals/stop`, {});

/** What there is of a drop in Redis and in both schemas of Postgres. Its record and the audit log stay. */
async function traces(drop: string): Promise<string[]> {
  const found = (await admin.redis.keys(`*${drop}*`)).map((key) => `redis ${key}`);
  if ((await admin.redis.zscore('wr:drops', drop)) !== null) found.push('redis wr:drops');
  const { rows } = await admin.database.query(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.columns
      join pg_tables on schemaname = table_schema and tablename = table_name
      where table_schema in ('admin', 'checkout') and column_name = 'drop_id' and table_name <> 'audit'`,
  );
  for (const { name } of rows)
    if ((await admin.database.query(`select from ${name} where drop_id = $1`, [drop])).rowCount)
      found.push(name);
  return found;
}

/** An instance in a process of its own. */
async function startProcess(): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [server], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      REDIS_URL: admin.redisUrl,
      DATABASE_URL: admin.databaseUrl,
      CHECKOUT_INTERNAL_URL: admin.roads.checkout.url,
      CHECKOUT_URL: admin.checkoutUrl,
      ROOM_URL: admin.room?.url,
      ...{ SERVICE_TOKEN, OPERATOR_KEY, SEED_KEY },
      LOG_LEVEL: 'info',
    },
  });
  children.add(child);
  const url = await new Promise<string>((resolve) =>
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"msg":"listening"')) resolve(JSON.parse(line).url);
    }),
  );
  // It listens before its stores have answered.
  await waitUntil(async () => (await send(url, 'GET', '/readyz')).status === 200);
  return { url, child };
}

test('promise 7: a crowd walks the copy as shoppers do; its control plane is killed, and nothing but what was seen stays', {
  timeout: 300_000,
}, async () => {
  const source = (await admin.createDrop(plan())).body.id as string;
  const before = (await admin.call('GET', `/api/v1/drops/${source}/stock`)).body;
  const doomed = await startProcess();
  const headers = { authorization: `Bearer ${OPERATOR_KEY}` };
  const ask = (method: string, path: string, body?: unknown) =>
    send(doomed.url, method, `/api/v1/drops/${path}`, { body, headers });
  const started = await ask('POST', `${source}/rehearsals`, QUICK);
  expect(started, started.text).toMatchObject({
    status: 201,
    body: { source, endedAt: null, settings: QUICK },
  });
  const { id } = started.body;
  // The same screen: its plan, its second.
  expect((await ask('GET', id)).body).toMatchObject({ id, name: 'Aurora Low' });
  expect((await ask('GET', `${id}/live`)).status).toBe(200);
  // One at a time, and none of a rehearsal.
  const another = await ask('POST', `${source}/rehearsals`, QUICK);
  expect(another).toMatchObject({
    status: 409,
    body: { type: expect.stringContaining('rehearsal-running') },
  });
  expect((await ask('POST', `${id}/rehearsals`, QUICK)).body.type).toContain('is-rehearsal');

  const walked: Told = await waitUntil(async () => {
    const [latest] = (await ask('GET', `${source}/rehearsals`)).body.rehearsals;
    const { coming = 1, waiting = 1, inside = 1 } = latest.crowd?.counts ?? {};
    return coming + waiting + inside === 0 ? latest : undefined;
  }, PATIENCE);
  expect(walked.crowd).toMatchObject({ faults: [], counts: { bought: 7, declined: 2, stuck: 0 } });
  // The other instance knows as much of the crowd as the one whose child it is.
  expect((await untilLatest(source, ({ crowd }) => crowd?.counts.bought === 7)).crowd).toEqual(walked.crowd);
  // In no list, file or search.
  const { drops } = (await admin.call('GET', '/api/v1/drops')).body;
  expect(drops.map((drop: Told) => drop.id)).not.toContain(id);
  expect((await admin.call('GET', '/api/v1/export')).text).not.toContain(id);
  expect((await admin.call('GET', `/api/v1/orders?drop=${id}`)).body.orders).toEqual([]);

  const [crowd] = await childrenOf(doomed.child.pid as number);
  doomed.child.kill('SIGKILL');
  await waitUntil(() => !isAlive(crowd as number));
  const ended = await untilLatest(source, ({ endedAt }) => endedAt !== null);
  const result = { drop: id, joined: 20, bought: 7, unitsSold: 7 };
  // What it told last is known, although nobody is there who was told.
  const counts = { bought: 7, declined: 2 };
  expect(ended).toMatchObject({ id, endReason: 'interrupted', crowd: { counts, faults: [] }, result });
  await untilLatest(source, ({ deletedAt }) => deletedAt !== null);
  expect(await traces(id)).toEqual([]);
  expect((await admin.call('GET', `/api/v1/drops/${source}/stock`)).body).toEqual(before);
  const log = await admin.call('GET', `/api/v1/drops/${source}/acts`);
  for (const act of ['rehearsal.start', 'rehearsal.end', 'rehearsal.delete']) expect(log.text).toContain(act);
});

test('while real shoppers are there it is asked about, and who may only look starts none', async () => {
  const source = (await admin.createDrop(plan())).body.id as string;
  const running = (await admin.createDrop({ ...plan(), name: 'The real one', opensAt: inSeconds(60) })).body
    .id as string;
  const asked = await admin.call('POST', `/api/v1/drops/${source}/rehearsals`, QUICK);
  expect(asked).toMatchObject({
    status: 409,
    body: { type: expect.stringContaining('confirmation-required') },
  });
  expect(asked.body.dangers[0]).toContain('The real one');
  expect(await latestOf(source)).toBeUndefined();

  const viewer = await startPerson(admin, 'viewer');
  for (const rest of ['rehearsals', 'rehearsals/stop'])
    expect((await viewer.call('POST', `/api/v1/drops/${source}/${rest}`, {})).status).toBe(403);

  // Whoever is limited to a drop sees its rehearsal, and nobody else's.
  const confirmed = await admin.call('POST', `/api/v1/drops/${source}/rehearsals`, {
    ...QUICK,
    shoppers: 1,
    confirm: true,
  });
  expect(confirmed.status, confirmed.text).toBe(201);
  const { id } = confirmed.body;
  const theirs = await startPerson(admin, 'operator', { drops: [source] });
  const others = await startPerson(admin, 'operator', { drops: [running] });
  expect((await theirs.call('GET', `/api/v1/drops/${id}`)).status).toBe(200);
  expect((await others.call('GET', `/api/v1/drops/${id}`)).status).toBe(403);
  expect((await others.call('POST', `/api/v1/drops/${id}/rehearsals/stop`, {})).status).toBe(403);
  expect((await theirs.call('POST', `/api/v1/drops/${id}/rehearsals/stop`, {})).status).toBe(202);
  const ended = await untilLatest(source, ({ endedAt }) => endedAt !== null);
  expect(ended).toMatchObject({ endReason: 'stopped', stopWantedBy: expect.stringContaining('@') });
  expect((await stop(source)).body.type).toContain('no-such-rehearsal');
  await admin.call('POST', `/api/v1/drops/${running}/close`, { confirm: true });
});

/** By the clock of Postgres its time is over; nobody waits for that. */
const letItBeOver = (id: string, more = '') =>
  admin.database.query(`update admin.rehearsals set ends_at = now() ${more} where rehearsal_id = $1`, [id]);

test('4.13: a rehearsal ends by its stated time, by itself, and nothing of it stays', async () => {
  const source = (await admin.createDrop(plan())).body.id as string;
  const settings = { ...QUICK, shoppers: 3, arrivals: 'late', openSeconds: 3600, confirm: true };
  const { body: started } = await admin.call('POST', `/api/v1/drops/${source}/rehearsals`, settings);
  const untilAt = Date.parse(started.opensAt) + 3_600_000;
  expect(started).toMatchObject({ endedAt: null, endsAt: new Date(untilAt).toISOString() });
  // Its copy lets nobody in beyond it either, whatever becomes of all control planes: the room closes it.
  expect((await admin.call('GET', `/api/v1/drops/${started.id}`)).body.closesAt).toBe(started.endsAt);
  await untilLatest(source, ({ crowd }) => crowd?.counts.coming === 3);
  await letItBeOver(started.id);
  const ended = await untilLatest(source, ({ endedAt }) => endedAt !== null);
  expect(ended).toMatchObject({ endReason: 'over', stopWantedBy: null, result: { drop: started.id } });
  await untilLatest(source, ({ deletedAt }) => deletedAt !== null);
  expect(await traces(started.id)).toEqual([]);
}, 240_000);

test('promise 7: whose control plane has died ends by another one, also when its time is over', async () => {
  const source = (await admin.createDrop(plan())).body.id as string;
  const doomed = await startProcess();
  const settings = { ...QUICK, shoppers: 0, openSeconds: 3600 };
  const headers = { authorization: `Bearer ${OPERATOR_KEY}` };
  const path = `/api/v1/drops/${source}/rehearsals`;
  const { body: started } = await send(doomed.url, 'POST', path, { body: settings, headers });
  doomed.child.kill('SIGKILL');
  // Nobody takes it over from one that has been heard of.
  expect(await latestOf(source)).toMatchObject({ id: started.id, endedAt: null });
  await letItBeOver(started.id, ", seen_at = now() - interval '1 minute'");
  const ended = await untilLatest(source, ({ endedAt }) => endedAt !== null);
  expect(ended).toMatchObject({ id: started.id, endReason: 'over' });
}, 240_000);

test('4.13: the copy takes over who may join: a crowd with codes of its own, staff past the line, classes', async () => {
  const key = { kid: 'shop', kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) };
  const gold = { name: 'gold', band: 0, chances: 2, headStartSeconds: 0 };
  const access = {
    codeRequired: true,
    members: { keys: [key], chancesMax: 8, headStartSecondsMax: 60, classes: [gold] },
  };
  const planned = await admin.createDrop({ ...plan(), access });
  expect(planned.status, planned.text).toBe(201);
  const source = planned.body.id as string;
  const make = (body: unknown) => admin.call('POST', `/api/v1/drops/${source}/codes`, body);
  const { codes: sent } = (await make({ label: 'guests', count: 3 })).body;
  expect((await make({ kind: 'bypass', label: 'press', word: 'press-2027' })).status).toBe(201);
  const settings = { ...QUICK, shoppers: 4, noShowShare: 0, arrivals: 'rush', confirm: true };
  const { body: started } = await admin.call('POST', `/api/v1/drops/${source}/rehearsals`, settings);
  expect((await admin.call('GET', `/api/v1/drops/${started.id}`)).body.access).toMatchObject(access);
  const issued = (await admin.call('POST', `/api/v1/drops/${source}/rehearsals/pass`, {})).body;
  const room = admin.room?.url ?? '';
  const join = (code?: string) =>
    send(room, 'POST', `/v1/drops/${started.id}/tickets`, {
      headers: { 'sluice-pass': issued.pass },
      ...(code !== undefined && { body: { code } }),
    });
  const first = await waitUntil(async () => {
    const answer = await join(issued.codes.bypass);
    // The room hears of a drop, and of its codes, within a second.
    return [404, 503].includes(answer.status) ? undefined : answer;
  }, PATIENCE);
  expect(first.status, first.text).toBe(201);
  expect((await join(issued.codes.access)).status).toBe(201);
  // Neither without one, nor with what was sent out, nor with the word of the real list.
  for (const code of [undefined, sent[0], 'press-2027']) expect((await join(code)).status, code).toBe(403);
  const { crowd } = await untilLatest(source, (latest) => latest.crowd?.counts.coming < 4);
  expect(crowd).toMatchObject({ faults: [], counts: { 'turned-away': 0 } });
  // Nothing was used of the drop's own.
  const { batches } = (await admin.call('GET', `/api/v1/drops/${source}/codes`)).body;
  expect(batches.map(({ uses }: Told) => uses)).toEqual([0, 0]);
  // As the ledger has noted meanwhile, which is deleted with the rest.
  await waitUntil(
    async () =>
      (await admin.database.query('select from admin.code_uses where drop_id = $1', [started.id])).rowCount,
    PATIENCE,
  );
  await stop(source);
  await untilLatest(source, ({ deletedAt }) => deletedAt !== null);
  expect(await traces(started.id)).toEqual([]);
}, 240_000);

test('promise 8: a rehearsal with a fault is refused with field and reason', async () => {
  const source = (await admin.createDrop(plan())).body.id as string;
  const bad: [Record<string, unknown>, string][] = [
    [{ shoppers: -1 }, 'body.shoppers'],
    [{ shoppers: 2001 }, 'body.shoppers'],
    [{ shoppers: 1.5 }, 'body.shoppers'],
    [{ noShowShare: 1.01 }, 'body.noShowShare'],
    [{ buyShare: -0.1 }, 'body.buyShare'],
    [{ declineShare: 'all' }, 'body.declineShare'],
    [{ arrivals: 'never' }, 'body.arrivals'],
    [{ lobbySeconds: 4 }, 'body.lobbySeconds'],
    [{ openSeconds: 3601 }, 'body.openSeconds'],
    [{ money: true }, 'body.money'],
  ];
  for (const [body, field] of bad)
    expect(await admin.call('POST', `/api/v1/drops/${source}/rehearsals`, body)).toMatchObject({
      status: 400,
      body: { errors: [{ field, reason: expect.any(String) }] },
    });
  expect((await admin.call('POST', '/api/v1/drops/no-such-drop/rehearsals', {})).status).toBe(404);
  const { url, close } = await admin.another({ ROOM_URL: undefined as never });
  try {
    const headers = { authorization: `Bearer ${OPERATOR_KEY}` };
    expect(
      await send(url, 'POST', `/api/v1/drops/${source}/rehearsals`, { body: {}, headers }),
    ).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('rehearsals-not-set-up') },
    });
  } finally {
    await close();
  }
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Children of a process, by their ids. */
function childrenOf(parent: number): Promise<number[]> {
  const ps = spawn('ps', ['-o', 'pid=', '--ppid', String(parent)], { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve) => {
    let text = '';
    ps.stdout.on('data', (bytes) => {
      text += bytes;
    });
    ps.once('close', () => resolve(text.split('\n').filter(Boolean).map(Number)));
  });
}
