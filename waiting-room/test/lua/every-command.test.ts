import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandName } from '../../src/queue/commands.ts';
import { loadScript, runScript } from '../../src/queue/scripts.ts';
import { newBind, newTicket } from '../support/drop.ts';
import { COMMAND_KEYS, joinText, Line } from '../support/line.ts';

/** Arguments behind deadline and policy version with which each command would do something. */
const ARGUMENTS: Record<CommandName, (number: string) => (string | number)[]> = {
  'join-queue': (number) => ['00000000000000ee', 100, '', joinText([number])],
  'check-in': (number) => [number, newBind()],
  'advance-drop': () => ['00000000000000ee'],
  'end-sessions': (number) => [number, 'revoked'],
  'leave-queue': (number) => [number],
  'lease-entries': (number) => ['a-gate', 0, 0, 0, number, newBind()],
  'report-capacity': (number) => [1, 0, 0, 0, 0, '{}', number],
  'publish-roster': () => ['root', '{}'],
  'reveal-draw': () => [],
  'extend-call': (number) => [number],
  'heal-drop': () => ['ffffffffffffffff', 1e9, '', '', 'frontier', 9],
  'restore-sessions': (number) => [number, '1:2:bind:0', 9e15, ''],
  'restore-uses': (number) => [number, '1.0', '', 0, 1],
  'return-tickets': (number) => [number, 9, 'another', '', ''],
  'take-pulse-lease': () => ['instance', 1000],
  'publish-pulse': () => ['instance', '{}', 1000, '5', 1000],
};
/** These write what everybody may read, or are there for a Redis that has lost policy and all. */
const WITHOUT_POLICY = ['take-pulse-lease', 'publish-pulse', 'heal-drop', 'restore-sessions', 'restore-uses'];

let line: Line;
let number: string;
beforeAll(async () => {
  line = await Line.create({ drawn: true });
  number = newTicket().number;
  await line.redis.zadd(line.keys.waiting, 5, number);
  await line.redis.set(line.keys.pulseLease, 'instance');
});
afterAll(() => line.close());

/** Everything in the test's database, as text. */
async function everything(): Promise<string> {
  const keys = (await line.redis.keys('*')).sort();
  const dumps = await Promise.all(keys.map((key) => line.redis.dumpBuffer(key)));
  return keys.map((key, i) => `${key} ${dumps[i]?.toString('hex')}`).join('\n');
}

function runRaw(name: CommandName, deadlineUs: number, policyVersion: number, keysOf = line.keys) {
  const script = loadScript(name, new URL('../support/clock.lua', import.meta.url));
  const keys = COMMAND_KEYS[name].map((key) => keysOf[key]);
  return runScript(line.redis, script, keys, [deadlineUs, policyVersion, ...ARGUMENTS[name](number)]);
}

for (const name of Object.keys(ARGUMENTS) as CommandName[]) {
  test(`Q2: ${name} does nothing one microsecond after its deadline, and says how late it is`, async () => {
    const before = await everything();
    const reply = await runRaw(name, line.nowUs - 1, 0);
    expect(reply).toEqual(['late', line.nowUs]);
    expect(await everything()).toBe(before);
  });

  if (WITHOUT_POLICY.includes(name)) continue;

  test(`Q1: ${name} refuses a caller who has seen a newer policy than Redis has, and does nothing`, async () => {
    const before = await everything();
    expect(await runRaw(name, line.nowUs, 2)).toEqual(['stale-policy', line.nowUs]);
    expect(await everything()).toBe(before);
  });

  test(`Q24: ${name} does nothing on a server that may have lost something, and says so`, async () => {
    const { control } = line.keys;
    const run = (await line.redis.hget(control, 'run_id')) ?? '';
    await line.redis.hset(control, 'run_id', 'another');
    const before = await everything();
    expect(await runRaw(name, line.nowUs, 0)).toEqual(['lost', line.nowUs]);
    expect(await everything()).toBe(before);
    await line.redis.hset(control, 'run_id', run);
  });

  test(`${name} does nothing to a drop that has no policy`, async () => {
    const before = await everything();
    const keysOf = Object.fromEntries(
      Object.entries(line.keys).map(([key, text]) => [key, text.replace(line.drop, 'nothing')]),
    ) as typeof line.keys;
    expect(await runRaw(name, line.nowUs, 0, keysOf)).toEqual(['no-such-drop', line.nowUs]);
    expect(await everything()).toBe(before);
  });
}

test('Q2: a command at its very deadline, by a caller who knows the policy, is carried out', async () => {
  expect(await runRaw('advance-drop', line.nowUs, 1)).toEqual([
    'ok',
    line.nowUs,
    'drawing',
    'phase',
    0,
    1,
    0,
    0,
    0,
  ]);
});

test('numbers beyond 2^50 keep every digit on their way into Redis and back', async () => {
  const exact = await Line.create();
  await exact.setClock(1_760_000_123_456_789);
  await exact.redis.hset(exact.keys.control, 'last_order', 4_503_599_627_370_001);
  const { codes } = await exact.joinAll([newTicket().number, newTicket().number]);
  expect(codes).toEqual([
    [0, 4_503_599_627_370_002],
    [0, 4_503_599_627_370_003],
  ]);
  await exact.tick();
  const scores = await exact.redis.zrange(exact.keys.waiting, '0', '-1', 'WITHSCORES');
  expect([scores[1], scores[3]]).toEqual(['4503599627370002', '4503599627370003']);
  const control = await exact.redis.hgetall(exact.keys.control);
  expect(control).toMatchObject({
    opened_us: '1760000123456789',
    frontier: '4503599627370003',
    last_order: '4503599627370003',
    clock_seen_us: '1760000123456789',
  });
  const log = await exact.log();
  expect(log).toMatchObject([
    { k: 'open', us: '1760000123456789' },
    { k: 'call', f: '0', t: '4503599627370003' },
  ]);
  exact.close();
});
