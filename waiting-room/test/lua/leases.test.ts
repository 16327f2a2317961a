import { afterEach, expect, test } from 'vitest';
import { newBind, newTicket, tune } from '../support/drop.ts';
import { Line } from '../support/line.ts';

let line: Line;
afterEach(() => line.close());

interface Leased {
  readonly phase: string;
  readonly quota: number;
  readonly unknown: string[];
  readonly numbers: string[];
}

interface Wish {
  readonly gate?: string;
  readonly held?: readonly string[];
  readonly spent?: readonly string[];
  readonly returned?: readonly string[];
  readonly candidates?: readonly string[];
}

const makeNumbers = (count: number) => Array.from({ length: count }, () => newTicket().number);

async function ask({ gate = 'gate-1', held = [], spent = [], returned = [], candidates = [] }: Wish = {}) {
  const wanted = candidates.flatMap((number) => [number, newBind()]);
  const lists = [held.length, spent.length, returned.length, ...held, ...spent, ...returned];
  const reply = await line.run('lease-entries', gate, ...lists, ...wanted);
  const [word, , phase, quota, unknown, ...pairs] = reply as unknown as [
    string,
    number,
    string,
    number,
    string[],
    ...string[],
  ];
  expect(word).toBe('ok');
  return { phase, quota, unknown, numbers: pairs.filter((_, at) => at % 2 === 0) } satisfies Leased;
}

/** As a gate does: every `everyMs`, what it still lacks. */
async function fillFor(ms: number, gates: Map<string, string[]>, everyMs = 10_000): Promise<void> {
  for (let gone = 0; gone < ms; gone += everyMs) {
    for (const [gate, held] of gates) {
      const { numbers } = await ask({ gate, held, candidates: makeNumbers(100) });
      held.push(...numbers.filter((number) => !held.includes(number)));
    }
    await line.pass(everyMs, 250);
  }
}

const sessions = () => line.redis.zcard(line.keys.sessions);

/** Grants and leases alike, by when they were made. */
async function entriesUs(): Promise<number[]> {
  return (await line.log()).filter(({ k }) => k === 'grant' || k === 'lease').map(({ us }) => Number(us));
}

test('promise 1: what is leased comes out of the bucket: no window holds more grants and leases than rate and burst', async () => {
  line = await Line.create({ policy: { rate_per_minute: 600, burst_seconds: 2 } });
  const numbers = await line.arrive(2000);
  const gates = new Map(['a', 'b', 'c', 'd'].map((gate) => [gate, [] as string[]]));
  for (let round = 0; round < 40; round++) {
    await line.checkIn(numbers.slice(round * 40, round * 40 + 400));
    for (const [gate, held] of gates) {
      const leased = await ask({ gate, held, candidates: makeNumbers(100) });
      held.push(...leased.numbers.filter((number) => !held.includes(number)));
    }
    await line.pass(2500, 250);
  }
  const times = await entriesUs();
  const leases = (await line.log()).filter(({ k }) => k === 'lease').length;
  expect(leases).toBeGreaterThan(100);
  expect(leases).toBeLessThan(times.length / 3);
  for (const windowMs of [100, 1000, 10_000, 60_000]) {
    for (let from = 0, to = 0; from < times.length; from++) {
      while (to < times.length && (times[to] as number) < (times[from] as number) + windowMs * 1000) to++;
      expect(to - from).toBeLessThanOrEqual((600 / 60_000) * windowMs + 20);
    }
  }
});

test('a minute’s worth is out at most, shared among the gates, and the line has its whole rate again when it is', async () => {
  line = await Line.create({ policy: { rate_per_minute: 120, burst_seconds: 5 } });
  const gates = new Map(['a', 'b'].map((gate) => [gate, [] as string[]]));
  await fillFor(180_000, gates);
  expect([...gates.values()].map((held) => held.length)).toEqual([60, 60]);
  expect(await line.redis.zcard(line.keys.leases)).toBe(120);
  const numbers = await line.arrive(500);
  await line.pass(1000);
  const before = await sessions();
  for (let gone = 0; gone < 60_000; gone += 1000) {
    await line.checkIn(numbers.slice(0, 400));
    await line.pass(1000, 250);
  }
  expect((await sessions()) - before).toBeGreaterThanOrEqual(119);
});

test('5.12: a busy line leaves the gates their fifth at a low rate, too, where every tick brings one entry', async () => {
  line = await Line.create({ policy: { rate_per_minute: 300, burst_seconds: 1 } });
  const numbers = await line.arrive(600);
  const gates = new Map(['a', 'b', 'c', 'd'].map((gate) => [gate, [] as string[]]));
  for (let round = 0; round < 12; round++) {
    await line.checkIn(numbers.slice(0, round * 15 + 100));
    await fillFor(2500, gates, 2500);
  }
  const held = [...gates.values()].map(({ length }) => length);
  expect(Math.min(...held), `held: ${held}`).toBeGreaterThan(0);
  // 30 s at 5 a second, of which gates that lack are kept a fifth.
  const leased = held.reduce((sum, one) => sum + one, 0);
  expect(leased).toBeGreaterThanOrEqual(20);
  expect(leased).toBeLessThanOrEqual(35);
});

test('5.12: where the bucket holds one entry, line and gates have it in turn', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60, burst_seconds: 1 } });
  const numbers = await line.arrive(200);
  const gates = new Map(['a', 'b'].map((gate) => [gate, [] as string[]]));
  for (let round = 0; round < 24; round++) {
    await line.checkIn(numbers.slice(0, round * 2 + 60));
    await fillFor(2500, gates, 2500);
  }
  const leased = [...gates.values()].reduce((sum, { length }) => sum + length, 0);
  expect(leased).toBeGreaterThanOrEqual(6);
  // A minute's worth is 60: what gates are kept does not stop the line.
  expect((await sessions()) - leased).toBeGreaterThanOrEqual(30);
});

test('5.12: when less is there than gates could hold, each has as much as the others', async () => {
  line = await Line.create({ policy: { stock_bound: 'on' } });
  await line.tick();
  const gates = new Map(['a', 'b', 'c', 'd'].map((gate) => [gate, [] as string[]]));
  for (const gate of gates.keys()) await ask({ gate });
  await line.report({ sellable: 28 });
  await fillFor(5000, gates, 1000);
  expect([...gates.values()].map((held) => held.length)).toEqual([1, 1, 1, 1]);
});

test('maxSessions: leases are sessions, a fifth of what the line leaves at most, and free again when given back', async () => {
  line = await Line.create({ policy: { max_sessions: 50 } });
  const held = new Map([['a', [] as string[]]]);
  await fillFor(30_000, held);
  const mine = held.get('a') as string[];
  expect([mine.length, await sessions()]).toEqual([10, 10]);
  const shoppers = await line.arrive(80);
  for (let round = 0; round < 20; round++) {
    await line.pass(1000);
    await line.checkIn(shoppers);
  }
  expect(await sessions()).toBe(50);
  const { quota, numbers } = await ask({ gate: 'a', held: mine, candidates: makeNumbers(5) });
  expect([quota, numbers]).toEqual([2, []]);
  // As told: what is over is forgotten, then given back.
  await ask({ gate: 'a', held: mine.slice(0, 2), returned: mine.slice(2) });
  expect(await sessions()).toBe(42);
  await line.checkIn(shoppers);
  await line.pass(2000);
  expect(await sessions()).toBe(50);
  const ends = (await line.log()).filter(({ k }) => k === 'end').map(({ r }) => r);
  expect(ends).toEqual(Array.from({ length: 8 }, () => 'unused'));
});

test('Q30: leases stay within the stock, and a checkout that is silent leases nothing', async () => {
  line = await Line.create({ policy: { stock_bound: 'on' } });
  await line.tick();
  await line.pass(1000);
  expect((await ask({ candidates: makeNumbers(50) })).numbers).toEqual([]);
  await line.report({ sellable: 25 });
  expect((await ask({ candidates: makeNumbers(50) })).numbers.length).toBe(5);
  await line.advance(11_000);
  expect((await ask({ gate: 'other', candidates: makeNumbers(50) })).numbers).toEqual([]);
});

test('Q3: an answer that was lost leases nothing twice, and the entries come again as they were', async () => {
  line = await Line.create();
  await line.pass(2000);
  const candidates = makeNumbers(7);
  const first = await ask({ candidates });
  const before = await sessions();
  const again = await ask({ candidates });
  expect(again.numbers).toEqual(first.numbers);
  expect(first.numbers.length).toBe(7);
  expect([before, await sessions()]).toEqual([7, 7]);
  expect((await line.log()).filter(({ k }) => k === 'lease').length).toBe(7);
  // Spent or given back meanwhile: they are not offered to anybody else.
  await ask({ spent: candidates.slice(0, 3), returned: candidates.slice(3) });
  expect((await ask({ candidates })).numbers).toEqual([]);
  expect(await sessions()).toBe(3);
});

test('what a gate has spent stays a session until the checkout ends it; what is never heard of again runs out', async () => {
  line = await Line.create();
  await line.pass(2000);
  const { numbers } = await ask({ candidates: makeNumbers(4) });
  await ask({ held: numbers.slice(2), spent: numbers.slice(0, 2) });
  await line.run('end-sessions', numbers[0] as string, 'paid');
  expect(await sessions()).toBe(3);
  expect(await line.redis.zcard(line.keys.leases)).toBe(2);
  await line.advance(1_081_000);
  await line.tick();
  expect(await sessions()).toBe(0);
});

test('half of a token’s time gone, a held entry goes on for another stretch: the same number, nothing of the bucket', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60 } });
  await line.pass(1200);
  const { numbers } = await ask({ candidates: makeNumbers(1) });
  expect(numbers.length).toBe(1);
  await line.advance(200_000);
  expect((await ask({ held: numbers })).numbers).toEqual([]);
  await line.advance(101_000);
  expect((await ask({ held: numbers })).numbers).toEqual(numbers);
  const ends = Number(await line.redis.zscore(line.keys.sessions, numbers[0] as string));
  expect(ends).toBe(Math.floor(line.nowUs / 1e6) * 1e6 + 1080e6);
  expect((await entriesUs()).length).toBe(1);
});

test('pause: nothing is leased, nothing prolonged, and the gate is told; what it gives back is taken', async () => {
  line = await Line.create();
  await line.pass(2000);
  const { numbers } = await ask({ candidates: makeNumbers(4) });
  await tune(line.redis, line.drop, { override: 'paused' });
  await line.advance(400_000);
  const paused = await ask({
    held: numbers.slice(1),
    returned: numbers.slice(0, 1),
    candidates: makeNumbers(4),
  });
  expect(paused).toEqual({ phase: 'paused', quota: 500, unknown: [], numbers: [] });
  expect(await sessions()).toBe(3);
});

test('queue-all: unspent leases are void: revoked for verifiers, no sessions, and unknown to the gate that asks', async () => {
  line = await Line.create();
  await line.pass(2000);
  const { numbers } = await ask({ candidates: makeNumbers(4) });
  await ask({ held: numbers.slice(1), spent: numbers.slice(0, 1) });
  await tune(line.redis, line.drop, { override: 'queue_all' });
  await line.tick();
  expect(await line.redis.zrange(line.keys.sessions, '0', '-1')).toEqual([numbers[0]]);
  expect((await line.redis.zrange(line.keys.revoked, '0', '-1')).sort()).toEqual(numbers.slice(1).sort());
  const { unknown, quota } = await ask({ held: numbers.slice(1) });
  expect([unknown, quota]).toEqual([numbers.slice(1), 0]);
});

test.each(['lobby', 'draining', 'pass_through', 'closed'])('%s: no leases', async (phase) => {
  line = await Line.create(phase === 'lobby' ? { opensInMs: 60_000 } : { policy: { override: phase } });
  if (phase !== 'lobby') await line.pass(2000);
  expect(await ask({ candidates: makeNumbers(3) })).toEqual({ phase, quota: 0, unknown: [], numbers: [] });
});

test('a gate that has been silent for three rounds leaves its part to the others', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60 } });
  await line.tick();
  expect((await ask({ gate: 'a' })).quota).toBe(60);
  expect((await ask({ gate: 'b' })).quota).toBe(30);
  await line.pass(31_000, 1000);
  expect((await ask({ gate: 'a' })).quota).toBe(60);
});

test('Q28: after a loss a held entry whose session is back is a lease again', async () => {
  line = await Line.create();
  await line.pass(2000);
  const { numbers } = await ask({ candidates: makeNumbers(2) });
  await line.redis.del(line.keys.leases);
  await line.redis.zrem(line.keys.sessions, numbers[1] as string);
  expect((await ask({ held: numbers })).unknown).toEqual([numbers[1]]);
  expect(await line.redis.zrange(line.keys.leases, '0', '-1')).toEqual([numbers[0]]);
});
