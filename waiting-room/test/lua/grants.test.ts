import { afterEach, expect, test } from 'vitest';
import { tune } from '../support/drop.ts';
import { Line } from '../support/line.ts';
import { seededRandom } from '../support/simulated-crowd.ts';

let line: Line;
afterEach(() => line.close());

/** Everybody called comes forward at once, tick by tick. */
async function checkInAllWhile(numbers: readonly string[], ms: number, everyMs = 150): Promise<void> {
  for (let gone = 0; gone <= ms; gone += everyMs) {
    await line.tick();
    await line.checkIn(numbers);
    await line.advance(everyMs);
  }
}

async function grantTimesUs(): Promise<number[]> {
  return (await line.log()).filter(({ k }) => k === 'grant').map(({ us }) => Number(us));
}

/** The most grants in any window that exceed what the rate allows in it. */
function excess(times: readonly number[], ratePerMinute: number, windowMs: number): number {
  let worst = -Infinity;
  for (let from = 0, to = 0; from < times.length; from++) {
    while (to < times.length && (times[to] as number) < (times[from] as number) + windowMs * 1000) to++;
    worst = Math.max(worst, to - from - (ratePerMinute / 60_000) * windowMs);
  }
  return worst;
}

test('promise 1: in windows of 0.1 s to 60 s no more enter than rate and burst allow, with two instances ticking', async () => {
  const burst = 20;
  line = await Line.create({ policy: { rate_per_minute: 600, burst_seconds: 2 } });
  const numbers = await line.arrive(1500);
  const other = line.another();
  const random = seededRandom(3);
  for (let i = 0; i < 900; i++) {
    await line.advance(random() * 200);
    other.clockOf(line.drop).see(line.nowUs);
    await Promise.all([line.tick(), line.tick(other)]);
    if (i % 3 === 0) await line.checkIn(numbers.slice(i, i + 400));
  }
  const times = await grantTimesUs();
  expect(times.length).toBeGreaterThan(700);
  for (const windowMs of [100, 1000, 10_000, 60_000])
    expect(excess(times, 600, windowMs), `${windowMs} ms`).toBeLessThanOrEqual(burst);
});

test('promise 1: an idle hour saves up one burst and not more', async () => {
  line = await Line.create({ policy: { rate_per_minute: 600, burst_seconds: 3 } });
  await line.tick();
  for (let i = 0; i < 5; i++) {
    await line.advance(600_000);
    await line.tick();
  }
  const numbers = await line.arrive(200);
  await checkInAllWhile(numbers, 0);
  expect(await line.redis.zcard(line.keys.sessions)).toBeLessThanOrEqual(30);
  await line.pass(7000);
  const times = await grantTimesUs();
  expect(times.length).toBeGreaterThan(90);
  expect(excess(times, 600, 60_000)).toBeLessThanOrEqual(30);
  for (const windowMs of [100, 1000]) expect(excess(times, 600, windowMs)).toBeLessThanOrEqual(30);
});

test('Q4: an outage of minutes between two ticks saves up two seconds at most', async () => {
  line = await Line.create({ policy: { rate_per_minute: 600, burst_seconds: 10 } });
  const numbers = await line.arrive(400);
  await line.pass(300);
  await line.checkIn(numbers);
  await line.pass(6000);
  await line.redis.hset(line.keys.control, 'bucket', 0);
  await line.advance(300_000);
  const { entered } = await line.tick();
  expect(entered).toBe(20);
});

test('a change of the rate counts from the next step on, and nothing of the old rate is granted at the new one', async () => {
  line = await Line.create({ policy: { rate_per_minute: 600 } });
  const numbers = await line.arrive(600);
  await checkInAllWhile(numbers, 10_000);
  await tune(line.redis, line.drop, { rate_per_minute: 6000 });
  const before = (await grantTimesUs()).length;
  await line.tick();
  expect((await grantTimesUs()).length - before).toBeLessThanOrEqual(2);
  await checkInAllWhile(numbers, 1000);
  const gained = (await grantTimesUs()).length - before;
  expect(gained).toBeGreaterThan(80);
  expect(gained).toBeLessThanOrEqual(120);
  await tune(line.redis, line.drop, { rate_per_minute: 0 });
  const stopped = (await grantTimesUs()).length;
  await checkInAllWhile(numbers, 5000);
  expect((await grantTimesUs()).length).toBe(stopped);
});

test('2.6: on a ramp as many enter as its integral says, to within a burst, and steps do not matter', async () => {
  for (const everyMs of [150, 700]) {
    line = await Line.create({ policy: { rate_per_minute: 300 } });
    await tune(line.redis, line.drop, {
      ramp_from_per_minute: 0,
      ramp_starts_us: line.nowUs,
      ramp_ends_us: line.nowUs + 60e6,
    });
    const numbers = await line.arrive(250);
    for (let gone = 0; gone < 60_000; gone += everyMs) {
      await line.advance(Math.min(everyMs, 60_000 - gone));
      await line.tick();
      await line.checkIn(numbers);
    }
    const entered = (await grantTimesUs()).length;
    // From 0 to 300 a minute in a minute is 150; at the start nobody has been called yet.
    expect(entered).toBeGreaterThan(142);
    expect(entered).toBeLessThanOrEqual(150);
    if (everyMs === 150) line.close();
  }
});

test('maxSessions: never one more inside, and a session that ends lets exactly one in', async () => {
  line = await Line.create({ policy: { max_sessions: 5 } });
  const numbers = await line.arrive(20);
  await checkInAllWhile(numbers, 8000);
  expect(await line.redis.zcard(line.keys.sessions)).toBe(5);
  expect(await line.tick()).toMatchObject({ limitedBy: 'sessions', entered: 0 });
  await line.run('end-sessions', numbers[2] as string, 'paid');
  expect(await line.tick()).toMatchObject({ entered: 1, sessions: 5 });
  await tune(line.redis, line.drop, { max_sessions: 3 });
  await line.run('end-sessions', numbers[0] as string, 'paid', numbers[1] as string, 'paid');
  expect(await line.tick()).toMatchObject({ entered: 0, sessions: 3 });
});

test('promise 2: whoever is present with the lowest order enters first, however often others ask', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60 } });
  const numbers = await line.arrive(15);
  await line.pass(7000);
  const backwards = [...numbers].reverse();
  for (let i = 0; i < 120; i++) {
    await line.checkIn(i === 0 ? backwards : backwards.slice(0, 3));
    await line.advance(150);
    await line.tick();
  }
  const entered = (await line.log()).filter(({ k }) => k === 'grant').map(({ n }) => n);
  expect(entered).toEqual(numbers.slice(0, entered.length));
  expect(entered.length).toBeGreaterThan(12);
});

test('2.7: polite and hammering shoppers with the same orders enter in the same order', async () => {
  const enter = async (asksEveryMs: (index: number) => number) => {
    line = await Line.create({ policy: { rate_per_minute: 300 } });
    const numbers = await line.arrive(200);
    const nextAtMs = numbers.map((_, index) => asksEveryMs(index));
    for (let gone = 0; gone < 45_000; gone += 250) {
      await line.advance(250);
      await line.tick();
      const asking = numbers.filter((_, index) => (nextAtMs[index] as number) <= gone);
      asking.forEach((number) => {
        const index = numbers.indexOf(number);
        nextAtMs[index] = gone + asksEveryMs(index);
      });
      await line.checkIn(asking);
    }
    const log = await line.log();
    line.close();
    return log.filter(({ k }) => k === 'grant').map(({ n }) => numbers.indexOf(n as string));
  };
  const random = seededRandom(11);
  const polite = await enter(() => 4500 + random() * 1000);
  const mixed = await enter((index) => (index % 3 === 2 ? 250 : 4500 + random() * 1000));
  const common = Math.min(polite.length, mixed.length);
  expect(common).toBeGreaterThan(180);
  expect(mixed.slice(0, common)).toEqual(polite.slice(0, common));
  expect(polite).toEqual([...polite].sort((a, b) => a - b));
  line = await Line.create();
});

test('2.7: whoever has come forward behind nobody absent enters at once, whoever is behind somebody waits for them', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60 } });
  const numbers = await line.arrive(40);
  const [first, second, third] = numbers as [string, string, string];
  await line.pass(300);
  await line.redis.hset(line.keys.control, 'bucket', 1);
  // Called a moment ago, with fourteen more: the bucket has no room for all of them.
  expect(await line.checkIn([second])).toMatchObject([{ word: 'present' }]);
  expect(await line.checkIn([first])).toMatchObject([{ word: 'granted' }]);
  await line.pass(1200);
  expect((await line.standing(second))[0]).toBe('entered');
  await line.pass(2500);
  expect(await line.checkIn([numbers[4] as string, third])).toMatchObject([
    { word: 'present' },
    { word: 'granted' },
  ]);
});

test('4.12: the first entry at a changed rate comes with the next tick, in the middle of a call’s first seconds, too', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60 } });
  const numbers = await line.arrive(200);
  await line.pass(150);
  await tune(line.redis, line.drop, { rate_per_minute: 0 });
  await line.pass(150);
  // Of those called three have come, and a fourth behind some who have not.
  await line.checkIn([0, 1, 2, 9].map((index) => numbers[index] as string));
  const before = (await grantTimesUs()).length;
  await tune(line.redis, line.drop, { rate_per_minute: 600 });
  const changedUs = line.nowUs;
  await line.pass(600);
  const times = (await grantTimesUs()).slice(before);
  expect(times).toHaveLength(3);
  expect((times[0] as number) - changedUs).toBeLessThanOrEqual(300_000);
  expect((await line.standing(numbers[9] as string))[0]).toBe('present');
});

test('where there is room for everyone who was called nobody waits for anybody', async () => {
  line = await Line.create({ policy: { rate_per_minute: 600 } });
  await line.tick();
  await line.pass(1000);
  const numbers = await line.arrive(4);
  await line.tick();
  expect(await line.checkIn([numbers[3] as string])).toMatchObject([{ word: 'granted' }]);
});

test('Q5: five hundred are granted in one step, the rest in the next', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60_000, burst_seconds: 10 } });
  await line.tick();
  for (let i = 0; i < 8; i++) {
    await line.advance(2000);
    await line.tick();
  }
  await line.redis.hset(line.keys.control, 'override', 'paused');
  const numbers = await line.arrive(1200);
  await line.redis.hset(line.keys.control, 'override', '');
  await line.tick();
  await line.redis.hset(line.keys.control, 'override', 'paused');
  await line.checkIn(numbers);
  await line.redis.hset(line.keys.control, 'override', '');
  expect((await line.tick()).entered).toBe(500);
  expect((await line.tick()).entered).toBe(500);
  expect((await line.tick()).entered).toBe(200);
});
