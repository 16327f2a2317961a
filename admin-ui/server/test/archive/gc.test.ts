/** `npm run gc` as it is shipped, on real stores: what it lists, what it takes away, what it refuses. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SEED_KEY } from '../support/control-plane.ts';
import { createEndedDrop, keysOf } from '../support/ended-drop.ts';
import { openStores, type TestStores } from '../support/stores.ts';

const program = fileURLToPath(new URL('../../src/gc.ts', import.meta.url));
const command = fileURLToPath(new URL('../../../../scripts/gc.mjs', import.meta.url));

let stores: TestStores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores?.close());

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(file: string, args: readonly string[], environment: Record<string, string> = {}): Promise<Run> {
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: stores.databaseUrl,
    REDIS_URL: stores.redisUrl,
    SEED_KEY,
    ARCHIVE_AFTER_HOURS: '0.5',
    ...environment,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

/** Everything in Redis but what runs out by itself. */
const everything = async () => (await stores.redis.keys('*')).sort();

test('a dry run says what would go and why, and changes nothing; the run itself does just that', async () => {
  const { redis, plane } = stores;
  const [due, early, running] = [
    await createEndedDrop(stores, { lines: 300 }),
    await createEndedDrop(stores, { lines: 0, endedMinutesAgo: 5 }),
    await createEndedDrop(stores, { lines: 0, endedMinutesAgo: -60 }),
  ];
  // Nobody's: one that is over, one without state, one in which somebody still is, one that is open.
  const past = String((Date.now() - 7_200_000) * 1000);
  await redis.hset('wr:{nobodys-over}:control', { policy_version: 1, opens_us: 1, closes_us: past });
  await redis.zadd('wr:{nobodys-over}:waiting', 1, 'a');
  await redis.set('wr:page:nobodys-page', '{}');
  await redis.zadd('wr:drops', 1, 'nobodys-listed');
  await redis.hset('wr:{nobodys-inside}:control', { policy_version: 1, opens_us: 1, closes_us: past });
  await redis.zadd('wr:{nobodys-inside}:sessions', (Date.now() + 600_000) * 1000, 'a');
  await redis.hset('wr:{nobodys-open}:control', { policy_version: 1, opens_us: 1 });
  await redis.set('another-tenant', 'stays');

  const before = await everything();
  const dry = await run(program, ['--dry-run', '--json']);
  expect(dry).toMatchObject({ code: 0, err: '' });
  const { findings } = JSON.parse(dry.out);
  const verdicts = Object.fromEntries(
    findings.map(({ drop, act, why }: { drop: string; act: string; why: string }) => [drop, [act, why]]),
  );
  expect(verdicts).toEqual({
    [due.id]: ['archive', expect.stringMatching(/^ended .*, due since /)],
    [early.id]: ['keep', expect.stringMatching(/^ended .*, to be archived /)],
    [running.id]: ['keep', 'it has not ended'],
    'nobodys-over': ['remove', 'no plan of this database knows it'],
    'nobodys-page': ['remove', 'no plan of this database knows it'],
    'nobodys-listed': ['remove', 'no plan of this database knows it'],
    'nobodys-inside': ['keep', expect.stringMatching(/but somebody is still inside$/)],
    'nobodys-open': ['keep', expect.stringMatching(/but it is not closed$/)],
  });
  expect(await everything()).toEqual(before);
  expect((await run(program, ['--dry-run'])).out).toContain(
    '4 of 8 drops would leave Redis; nothing was changed',
  );

  const done = await run(program, []);
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toMatch(/4 of 4 drops have left Redis, \d+ keys removed/);
  expect(await keysOf(redis, due.id)).toEqual([]);
  expect((await plane.archives.find([due.id])).get(due.id)?.removedAt).not.toBeNull();
  const left = new Set(
    (await everything()).map((key) => /\{(.+?)\}|wr:page:(.+)/.exec(key)?.slice(1).join('') ?? key),
  );
  expect([...left].sort()).toEqual(
    [
      'another-tenant',
      'nobodys-inside',
      'nobodys-open',
      'wr:archived',
      'wr:drops',
      early.id,
      running.id,
    ].sort(),
  );

  // Keys of an archived drop that came back, by an instance that had slept, go again.
  await redis.hset(`wr:{${due.id}}:control`, { policy_version: 1, opens_us: 1, closes_us: past });
  const again = JSON.parse((await run(program, ['--drop', due.id, '--json'])).out);
  expect(again.findings).toMatchObject([{ drop: due.id, act: 'remove', hindrance: null }]);
  expect(await keysOf(redis, due.id)).toEqual([]);
});

test('what hinders is told, ends with 1, and stays whole', async () => {
  const drop = await createEndedDrop(stores, { lines: 300 });
  await stores.redis.del(`wr:{${drop.id}}:roster:b1:0`);
  const { code, out } = await run(program, ['--drop', drop.id]);
  expect(code).toBe(1);
  expect(out).toContain('not done: Redis has lost page 0 of its roster');
  expect(await keysOf(stores.redis, drop.id)).toContain(`wr:{${drop.id}}:control`);
  await stores.database.query('update admin.archives set next_try_at = now()');
  expect(await run(program, ['--drop', drop.id, '--without-roster'])).toMatchObject({ code: 0 });
  expect(await keysOf(stores.redis, drop.id)).toEqual([]);
});

test.each([
  [['--dryrun'], {}, /--dryrun/],
  [['--drop'], {}, /--drop/],
  [['now'], {}, /now/],
  [['--without-roster'], {}, /say of which drop/],
  [[], { ARCHIVE_AFTER_HOURS: '-1', REDIS_URL: 'localhost' }, /REDIS_URL.*\n.*ARCHIVE_AFTER_HOURS/],
  [[], { REDIS_URL: '' }, /REDIS_URL: must be set/],
] as const)(
  'wrong arguments or configuration %j %j: told, and exit code 2',
  async (args, environment, told) => {
    const before = await everything();
    const outcome = await run(command, args, environment);
    expect(outcome.err).toMatch(told);
    expect(outcome.code).toBe(2);
    expect(await everything()).toEqual(before);
  },
);

test('stores that do not answer: one sentence, and exit code 1', async () => {
  const outcome = await run(program, ['--dry-run'], { REDIS_URL: 'redis://127.0.0.1:1' });
  expect(outcome).toMatchObject({ code: 1, err: 'REDIS_URL does not answer\n' });
});
