import { afterEach, expect, test } from 'vitest';
import { tune } from '../support/drop.ts';
import { Line } from '../support/line.ts';

let line: Line;
afterEach(() => line.close());

/** Windows of one minute and two minutes of grace; at 60 a minute the first call reaches 16 shoppers. */
const SLOW = {
  rate_per_minute: 60,
  burst_seconds: 1,
  call_window_us: 60e6,
  grace_us: 120e6,
};

async function missed(): Promise<string[]> {
  return (await line.log()).filter(({ k }) => k === 'missed').map(({ n }) => n as string);
}

/** Lets the drop clock pass `ms` in steps as long as it takes, without shoppers. */
const idle = (ms: number) => line.pass(ms, 2000);

test('an empty drop is ticked without calling anybody; so is one that is repeated in the same microsecond', async () => {
  line = await Line.create();
  await line.tick();
  expect(await line.tick()).toEqual({
    phase: 'open',
    limitedBy: 'queue-empty',
    entered: 0,
    waiting: 0,
    present: 0,
    sessions: 0,
    called: 0,
  });
  const [only] = await line.arrive(1);
  await line.tick();
  await line.tick();
  expect((await line.log()).filter(({ k }) => k === 'call')).toHaveLength(1);
  expect(await line.standing(only as string)).toEqual(['waiting', String(line.nowUs), 120e6 + 1, 3, 600e6]);
});

test('promise 2: calls reach the lowest orders first and leave nobody out', async () => {
  line = await Line.create({ policy: SLOW });
  const numbers = await line.arrive(100);
  await line.pass(60_000);
  const calls = (await line.log()).filter(({ k }) => k === 'call');
  let reached = 0;
  for (const { f, t } of calls) {
    expect(Number(f)).toBe(reached);
    expect(Number(t)).toBeGreaterThan(reached);
    reached = Number(t);
  }
  const orders = await line.redis.zrange(line.keys.waiting, '0', '-1', 'WITHSCORES');
  const called = numbers.filter((_, index) => Number(orders[2 * index + 1]) <= reached);
  expect(called).toEqual(numbers.slice(0, called.length));
  expect(called.length).toBeGreaterThan(16);
});

test('Q16: two instances that tick at the same moment call and grant once', async () => {
  line = await Line.create({ policy: SLOW });
  const numbers = await line.arrive(60);
  const other = line.another();
  for (let i = 0; i < 40; i++) {
    await line.advance(150);
    other.clockOf(line.drop).see(line.nowUs);
    await Promise.all([line.tick(), line.tick(other), line.checkIn(numbers.slice(0, 10))]);
  }
  const log = await line.log();
  const calls = log.filter(({ k }) => k === 'call').map(({ t }) => t);
  expect(new Set(calls).size).toBe(calls.length);
  const grants = log.filter(({ k }) => k === 'grant').map(({ n }) => n);
  expect(new Set(grants).size).toBe(grants.length);
});

test('Q17: within window and grace a called shopper is welcome at their own order; one tick later the place is missed', async () => {
  line = await Line.create({ policy: SLOW });
  const [first, second, third] = (await line.arrive(3)) as [string, string, string];
  await line.tick();
  await tune(line.redis, line.drop, { rate_per_minute: 0 });
  await idle(59_900);
  expect((await line.standing(first))[2]).toBe(100_000 + 1);
  await idle(1000);
  expect((await line.standing(first))[2]).toBe(1); // the window is over, grace has begun
  await idle(119_000);
  expect(await line.checkIn([second])).toMatchObject([{ word: 'present', value: 0 }]);
  expect(await missed()).toEqual([]);
  await line.pass(100);
  expect(await missed()).toEqual([first, third]);
  expect(await line.standing(first)).toEqual(['spent', 'missed']);
  expect(await line.checkIn([third])).toEqual([{ word: 'spent', value: 'missed' }]);
  // Whoever has checked in has no window any more.
  await idle(600_000);
  expect((await line.standing(second))[0]).toBe('present');
  expect(await line.redis.hget(line.keys.control, 'missed_total')).toBe('2');
});

test('Q4: neither a pause nor an outage nor a clock that jumps takes from a window', async () => {
  line = await Line.create({ policy: SLOW, closesInMs: 10 * 86_400_000 });
  const [first] = (await line.arrive(1)) as [string];
  await line.tick();
  await tune(line.redis, line.drop, { override: 'paused' });
  await idle(60_000);
  await line.advance(3_600_000);
  await tune(line.redis, line.drop, { override: '' });
  await line.tick();
  expect(Number((await line.standing(first))[2])).toBeGreaterThan(55e6);
  await line.advance(86_400_000);
  expect((await line.tick()).phase).toBe('open');
  expect(Number((await line.standing(first))[2])).toBeGreaterThan(53e6);
  await line.advance(-86_400_000 * 2);
  await line.tick();
  await line.pass(1000);
  const left = Number((await line.standing(first))[2]);
  expect(left).toBeGreaterThan(52e6);
  // And it goes on running after the jump.
  await line.pass(4000);
  expect(Number((await line.standing(first))[2])).toBeLessThan(left - 3.9e6);
});

test('Q5: five hundred turns lapse in one tick, the rest in the next', async () => {
  line = await Line.create({ policy: { ...SLOW, rate_per_minute: 60_000 } });
  await line.arrive(1100);
  await line.tick();
  await tune(line.redis, line.drop, { rate_per_minute: 0 });
  await idle(178_000);
  await line.advance(2000);
  await line.tick();
  expect((await missed()).length).toBe(500);
  await line.tick();
  expect((await missed()).length).toBe(1000);
  await line.tick();
  expect((await missed()).length).toBe(1100);
  expect(await line.redis.exists(line.keys.calls, line.keys.waiting)).toBe(0);
});

test('a shopper who leaves or is revoked is neither called nor missed', async () => {
  line = await Line.create({ policy: SLOW });
  const [left, revoked, stays] = (await line.arrive(3)) as [string, string, string];
  await line.run('leave-queue', left);
  await line.run('end-sessions', revoked, 'revoked');
  expect(await line.tick()).toMatchObject({ called: 1 });
  await idle(200_000);
  expect(await missed()).toEqual([stays]);
});

test('Q17: a turn may be prolonged inside its window: one more window, asking twice is asking once, three times in all', async () => {
  line = await Line.create({ policy: SLOW });
  const [number] = (await line.arrive(1)) as [string];
  const extend = async () => (await line.run('extend-call', number)).slice(2);
  expect(await extend()).toEqual(['not-called', 0, 0]);
  await line.tick();
  await tune(line.redis, line.drop, { rate_per_minute: 0 });
  expect(await extend()).toEqual(['extended', 120e6, 2]);
  expect(await extend()).toEqual(['extended', 120e6, 2]);
  await idle(59_000);
  expect(await extend()).toEqual(['extended', 61e6, 2]);
  await idle(1000);
  expect(await extend()).toEqual(['extended', 120e6, 1]);
  await idle(60_000);
  expect(await extend()).toEqual(['extended', 120e6, 0]);
  await idle(61_000);
  expect(await extend()).toEqual(['none-left', 59e6, 0]);
  expect((await line.standing(number)).slice(2)).toEqual([59e6 + 1, 0, 59e6 + 120e6]);
  await idle(60_000);
  expect(await extend()).toEqual(['window-over', 0, 0]);
  // Four windows and the grace are over after six minutes.
  await idle(118_000);
  expect(await missed()).toEqual([]);
  await idle(2000);
  expect(await missed()).toEqual([number]);
  expect(await extend()).toEqual(['spent', 'missed', 0]);
});

test('Q17: the merchant may allow more extensions, and taking them away stops them', async () => {
  line = await Line.create({ policy: { ...SLOW, extensions_max: 10 } });
  const [number] = (await line.arrive(1)) as [string];
  await line.tick();
  await tune(line.redis, line.drop, { rate_per_minute: 0 });
  for (let used = 1; used <= 10; used++) {
    expect((await line.run('extend-call', number)).slice(2)).toEqual(['extended', 120e6, 10 - used]);
    await idle(60_000);
  }
  expect((await line.run('extend-call', number))[2]).toBe('none-left');
  await tune(line.redis, line.drop, { extensions_max: 2 });
  expect((await line.run('extend-call', number)).slice(2)).toEqual(['none-left', 60e6, 0]);
});

test('Q17: others of the same call lapse on time when some have prolonged theirs', async () => {
  line = await Line.create({ policy: { ...SLOW, rate_per_minute: 60_000 } });
  const numbers = await line.arrive(1200);
  await line.tick();
  await tune(line.redis, line.drop, { rate_per_minute: 0 });
  const prolonged = numbers.slice(0, 600);
  for (const number of prolonged) await line.run('extend-call', number);
  await idle(180_000);
  await line.tick();
  await line.tick();
  expect(new Set(await missed())).toEqual(new Set(numbers.slice(600)));
  await idle(58_000);
  expect((await missed()).length).toBe(600);
  await idle(2000);
  await line.tick();
  expect((await missed()).length).toBe(1200);
});

test('extension: a ticket that has checked in, entered or is nobody’s is told so', async () => {
  line = await Line.create({ policy: { max_sessions: 1 } });
  await line.pass(1000);
  const [entered, present] = (await line.arrive(2)) as [string, string];
  await line.tick();
  await line.checkIn([entered, present]);
  await line.pass(7000);
  const word = async (number: string) => (await line.run('extend-call', number))[2];
  expect(await word(entered)).toBe('entered');
  expect(await word(present)).toBe('checked-in');
  expect(await word('A'.repeat(43))).toBe('unknown');
});

test('Q23: a tick calls no further than what was announced one poll ago', async () => {
  line = await Line.create();
  const numbers = await line.arrive(3000);
  const orderOf = async (rank: number) =>
    Number(await line.redis.zscore(line.keys.waiting, numbers[rank] as string));
  const announce = async (order: number) => {
    await line.redis.set(line.keys.pulseLease, 'one');
    const reply = await line.run('publish-pulse', 'one', '{}', 1000, order, 36e6);
    expect(reply[2]).toBe(1);
  };
  const frontier = async () => Number(await line.redis.hget(line.keys.control, 'frontier'));
  const early = await orderOf(99);
  const late = await orderOf(2000);
  await announce(early);
  await line.pass(1000);
  expect(await frontier()).toBe(early);
  await announce(late);
  // Somebody beyond `early` may have read the first pulse just before the second came, and now sleeps.
  await line.pass(35_900, 1000);
  expect(await frontier()).toBe(early);
  await line.pass(1000);
  expect(await frontier()).toBeGreaterThan(early);
  expect(await frontier()).toBeLessThanOrEqual(late);
});

test('Q23: an announcement that is taken back binds at once; the last one before a poll stays in force', async () => {
  line = await Line.create();
  const numbers = await line.arrive(3000);
  const orderOf = async (rank: number) =>
    Number(await line.redis.zscore(line.keys.waiting, numbers[rank] as string));
  await line.redis.set(line.keys.pulseLease, 'one');
  const announce = (order: number) => line.run('publish-pulse', 'one', '{}', 1000, order, 36e6);
  await announce(await orderOf(2000));
  await line.advance(100_000);
  await announce(await orderOf(10));
  await line.pass(500);
  expect(Number(await line.redis.hget(line.keys.control, 'frontier'))).toBe(await orderOf(10));
  for (let i = 0; i < 100; i++) {
    await line.advance(1000);
    await announce(await orderOf(10 + i));
  }
  expect(await line.redis.zcard(line.keys.announced)).toBeLessThanOrEqual(38);
});

test('2.6: standby: whoever joins while there is room is called at once; a line forms when there is none, and empties by itself', async () => {
  line = await Line.create({ policy: { mode: 'standby', rate_per_minute: 600, max_sessions: 30 } });
  await line.tick();
  await line.pass(2000);
  const numbers = await line.arrive(3);
  // No tick in between.
  expect(await line.checkIn(numbers)).toMatchObject([
    { word: 'granted' },
    { word: 'granted' },
    { word: 'granted' },
  ]);
  const crowd = await line.arrive(600);
  const standings = await Promise.all(crowd.map((number) => line.standing(number)));
  const called = standings.filter(([, , left]) => Number(left) > 0).length;
  expect(called).toBeGreaterThan(100);
  expect(called).toBeLessThan(300);
  for (let i = 0; i < 200; i++) {
    await line.advance(500);
    await line.tick();
    await line.checkIn(crowd);
  }
  expect(await line.redis.zcard(line.keys.sessions)).toBe(30);
  expect(await line.tick()).toMatchObject({ limitedBy: 'sessions' });
});
