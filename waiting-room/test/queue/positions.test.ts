/** Q20 on real lines: what the room tells of a place, against what Redis knows of it. */
import { afterEach, expect, test } from 'vitest';
import { rankOf } from '../../src/domain/positions.ts';
import { readRankMap } from '../../src/queue/rank-map.ts';
import { newTicket } from '../support/drop.ts';
import { Line } from '../support/line.ts';
import { seededRandom } from '../support/simulated-crowd.ts';

let line: Line;
afterEach(() => line.close());

/** Compares every place beyond the frontier with its true rank. */
async function expectTrue(): Promise<number> {
  const frontier = (await line.redis.hget(line.keys.control, 'frontier')) ?? '0';
  const map = await readRankMap(line.commands, line.drop, 1000);
  const entries = await line.redis.zrange(line.keys.waiting, `(${frontier}`, '+inf', 'BYSCORE', 'WITHSCORES');
  const total = entries.length / 2;
  expect(map.total).toBe(total);
  for (let rank = 0; rank < total; rank++) {
    const told = rankOf(Number(entries[2 * rank + 1]), map);
    if (rank < 100) expect(told, `rank ${rank}`).toBe(rank);
    else expect(Math.abs(told - rank), `rank ${rank}`).toBeLessThanOrEqual(Math.ceil(total / 100));
  }
  return total;
}

const QUIET = { policy: { rate_per_minute: 0 } };
const SIZE = 3000;

test('Q20: drawn places are exact for the first hundred, within a hundredth elsewhere, across the border to the arrivals', async () => {
  line = await Line.create({ ...QUIET, opensInMs: 60_000, lobbyMs: 120_000, drawn: true });
  const random = seededRandom(20);
  const commit = (await line.redis.hget(line.keys.control, 'commit')) ?? '';
  for (let from = 0; from < SIZE; from += 500) {
    const numbers = Array.from({ length: 500 }, () => newTicket().number);
    const drawnOrders = numbers.map(() => Math.floor(random() * 2 ** 48) + 2 ** 48);
    await line.joinAll(numbers, { drawnOrders, commit });
  }
  await line.advance(61_000);
  await line.tick();
  await line.run('reveal-draw');
  await line.arrive(500);
  expect(await expectTrue()).toBe(SIZE + 500);
});

test('Q20: places of a steady arrival are exact for the first hundred, within a hundredth elsewhere', async () => {
  line = await Line.create(QUIET);
  for (let i = 0; i < SIZE / 20; i++) {
    await line.advance(100);
    await line.arrive(20);
  }
  expect(await expectTrue()).toBe(SIZE);
});

test('Q20: places of bursts, with gaps of minutes between them, are exact and near in the same way', async () => {
  line = await Line.create(QUIET);
  const random = seededRandom(21);
  for (let left = SIZE; left > 0; ) {
    const burst = Math.min(left, Math.ceil(random() ** 4 * 900));
    await line.advance(random() ** 3 * 300_000);
    await line.arrive(burst);
    left -= burst;
  }
  expect(await expectTrue()).toBe(SIZE);
});

test('Q20: those who left by button or lapsed are subtracted', async () => {
  line = await Line.create({
    policy: { rate_per_minute: 600, call_window_us: 20_000_000, grace_us: 20_000_000 },
  });
  const numbers = await line.arrive(1500);
  for (const number of numbers.filter((_, i) => i % 3 === 0).slice(100))
    await line.run('leave-queue', number);
  await line.pass(20_000, 500);
  const called = Number(await line.redis.zcount(line.keys.waiting, '-inf', (await frontier()) as string));
  expect(called).toBeGreaterThan(0);
  const before = await expectTrue();
  // Nobody comes forward: their turns lapse while the line stands still, and no place changes by it.
  await line.redis.hset(line.keys.control, { rate_per_minute: 0, policy_version: 2 });
  await line.pass(60_000, 500);
  expect(Number(await line.redis.zcount(line.keys.waiting, '-inf', (await frontier()) as string))).toBe(0);
  expect(await expectTrue()).toBe(before);
}, 90_000);

const frontier = () => line.redis.hget(line.keys.control, 'frontier');
