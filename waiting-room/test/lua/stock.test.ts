import { afterEach, expect, test } from 'vitest';
import { tune } from '../support/drop.ts';
import { Line } from '../support/line.ts';

let line: Line;
afterEach(() => line.close());

/** A drop bound to stock, with everyone checked in. */
async function crowded(count: number, policy: Record<string, string | number> = {}): Promise<string[]> {
  line = await Line.create({ policy: { stock_bound: 'on', ...policy } });
  const numbers = await line.arrive(count);
  await line.pass(7000);
  await line.checkIn(numbers);
  return numbers;
}

test('Q30: without a report from the checkout nobody is let in; joins and check-ins go on', async () => {
  await crowded(10);
  expect(await line.pass(1000)).toMatchObject({
    limitedBy: 'capacity-silent',
    entered: 0,
    present: 10,
    sessions: 0,
  });
  expect((await line.joinAll(await line.arrive(1))).codes[0]?.[0]).toBe(1);
});

test('Q30: no more are let in than units are sellable, times overbook, less those inside without a hold', async () => {
  const numbers = await crowded(20, { overbook: 2 });
  await line.report({ sellable: 3 });
  await line.pass(1000);
  expect(await line.redis.zcard(line.keys.sessions)).toBe(6);
  expect(await line.tick()).toMatchObject({ limitedBy: 'stock', entered: 0 });
  // Four of the six hold two units by now: one left to sell, two inside may still want it.
  await line.report({ sellable: 1, held: 2, inside: 6, withoutHold: 2, opened: numbers.slice(0, 6) });
  expect((await line.pass(1000)).sessions).toBe(6);
  await line.report({ sellable: 2, held: 1, inside: 6, withoutHold: 2 });
  expect((await line.pass(1000)).sessions).toBe(8);
});

test('Q30: a session that ends counts as having held until the next report says otherwise', async () => {
  const numbers = await crowded(20);
  await line.report({ sellable: 4 });
  await line.pass(500);
  await line.report({ sellable: 2, held: 2, inside: 4, withoutHold: 2 });
  await line.pass(500);
  expect(await line.redis.zcard(line.keys.sessions)).toBe(4);
  await line.run('end-sessions', numbers[0] as string, 'released');
  expect((await line.pass(500)).sessions).toBe(3);
  await line.report({ sellable: 3, held: 1, inside: 3, withoutHold: 2 });
  expect((await line.pass(500)).sessions).toBe(4);
});

test('Q30: what was bought since the last report is not for sale once more when its buyers have left', async () => {
  const numbers = await crowded(20);
  await line.report({ sellable: 4 });
  expect((await line.pass(500)).sessions).toBe(4);
  // All four buy and leave within the same second: by the last report there are still four to sell.
  await line.run('end-sessions', ...numbers.slice(0, 4).flatMap((number) => [number, 'paid']));
  expect(await line.pass(500)).toMatchObject({ limitedBy: 'stock', sessions: 0 });
  await line.report({ sellable: 1 });
  expect((await line.pass(500)).sessions).toBe(1);
});

test('Q30: a checkout silent for ten seconds stops entries until it speaks again', async () => {
  await crowded(20);
  await line.report({ sellable: 2 });
  await line.pass(500);
  await line.report({ sellable: 5, held: 2, inside: 2 });
  await line.redis.hset(line.keys.control, 'rate_per_minute', 0);
  await line.pass(10_000, 1000);
  await line.redis.hset(line.keys.control, 'rate_per_minute', 6000);
  await line.advance(0.001);
  expect(await line.pass(500, 500)).toMatchObject({ limitedBy: 'capacity-silent', sessions: 2 });
  await line.report({ sellable: 5, held: 2, inside: 2 });
  expect((await line.pass(500)).sessions).toBe(7);
});

test('Q30: the operator can let go of the bound', async () => {
  await crowded(10);
  await tune(line.redis, line.drop, { stock_bound: 'off' });
  expect((await line.pass(500)).sessions).toBe(10);
});

test('Q30: an operator can ignore a silent checkout for a while, never one that speaks', async () => {
  await crowded(20);
  await line.report({ sellable: 2 });
  expect((await line.pass(500)).sessions).toBe(2);
  const ignored = line.nowUs;
  await tune(line.redis, line.drop, { ignore_capacity_until_us: ignored + 60_000_000 });
  expect(await line.pass(500)).toMatchObject({ limitedBy: 'stock', sessions: 2 });
  await line.pass(10_000, 1000);
  expect(await line.redis.zcard(line.keys.sessions)).toBe(20);
  await tune(line.redis, line.drop, { ignore_capacity_until_us: ignored });
  const late = await line.arrive(5);
  await line.pass(1000);
  await line.checkIn(late);
  expect(await line.pass(10_000, 1000)).toMatchObject({ limitedBy: 'capacity-silent', sessions: 20 });
});

test('Q30: a report older than the last one, or the same again, changes nothing', async () => {
  await crowded(10);
  expect(await line.report({ sellable: 3, seq: 7 })).toEqual(['ok', line.nowUs]);
  const before = await line.redis.hgetall(line.keys.control);
  expect(await line.report({ sellable: 9, seq: 6 })).toEqual(['stale', line.nowUs]);
  expect(await line.report({ sellable: 9, seq: 7 })).toEqual(['stale', line.nowUs]);
  expect(await line.redis.hgetall(line.keys.control)).toEqual(before);
});

test('sold out when nothing is left and nothing held: joins are refused, places and windows are kept, and it opens again', async () => {
  const numbers = await crowded(30);
  await line.report({ sellable: 0, held: 1, inside: 1 });
  expect((await line.tick()).phase).toBe('open');
  await line.report({ sellable: 0, held: 0 });
  const [waiting] = await line.arrive(0).then(() => numbers);
  expect(await line.pass(3_000_000, 60_000)).toMatchObject({ phase: 'sold_out', limitedBy: 'phase' });
  expect((await line.joinAll([waiting as string])).status).toBe('refused');
  expect(await line.redis.zcard(line.keys.present)).toBe(30);
  await line.report({ sellable: 1 });
  expect(await line.pass(500)).toMatchObject({ phase: 'open', sessions: 1 });
});

test('Q32: five hundred opened sessions are bound by one report, unknown ones are passed over', async () => {
  const numbers = await crowded(500, { stock_bound: 'off', rate_per_minute: 60_000 });
  await line.pass(1000);
  expect(await line.redis.zcard(line.keys.sessions)).toBe(500);
  await line.report({ sellable: 0, held: 1, opened: [...numbers.slice(0, 499), 'A'.repeat(43)] });
  const records = await line.redis.hvals(line.keys.grants);
  expect(records.filter((record) => record.endsWith(':1'))).toHaveLength(499);
});
