/** The commands that only read, and the pulse under its lease: at nothing, one, the limits, and when repeated. */
import { afterEach, expect, test } from 'vitest';
import { readRankMap, readRanks } from '../../src/queue/rank-map.ts';
import { newTicket, tune } from '../support/drop.ts';
import { Line } from '../support/line.ts';

let line: Line;
afterEach(() => line.close());

const map = (reach = 1000) => readRankMap(line.commands, line.drop, reach);

test('Q20: the rank map of an empty line is empty, of one shopper it is that one', async () => {
  line = await Line.create();
  expect(await map()).toEqual({ ranks: [], orders: [], total: 0 });
  const { codes } = await line.joinAll([newTicket().number]);
  expect(await map()).toEqual({ ranks: [0], orders: [codes[0]?.[1]], total: 1 });
});

test('Q20: the map holds the orders of those not called yet, on either side of the border between drawn and arrived', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60 } });
  const drawn = Array.from({ length: 300 }, (_, i) => [i * 1000 + 1, `drawn-${i}`]).flat();
  await line.redis.zadd(line.keys.waiting, ...(drawn as string[]));
  await line.arrive(700);
  await line.tick();
  const all = await line.redis.zrange(line.keys.waiting, '0', '-1', 'WITHSCORES');
  const orders = all.filter((_, i) => i % 2 === 1).map(Number);
  const frontier = Number(await line.redis.hget(line.keys.control, 'frontier'));
  const beyond = orders.filter((order) => order > frontier);
  const { ranks, orders: mapped, total } = await map(555);
  expect(total).toBe(beyond.length);
  expect(mapped).toEqual(ranks.map((rank) => beyond[rank]));
  const border = beyond.findIndex((order) => order > 2 ** 50);
  for (const rank of [0, border - 1, border, 554, total - 1]) expect(ranks).toContain(rank);
});

test('Q20: somebody leaving between two slices leaves an ascending map', async () => {
  line = await Line.create({ policy: { override: 'paused' } });
  const numbers = await line.arrive(400);
  const read = line.commands.read.bind(line.commands);
  let slices = 0;
  line.commands.read = async (...args) => {
    if (args[0] === 'rank-map' && ++slices === 2) {
      for (const number of numbers.slice(0, 90)) await line.run('leave-queue', number);
    }
    return read(...args);
  };
  const { ranks, orders } = await map();
  expect(slices).toBeGreaterThanOrEqual(2);
  expect(orders).toEqual([...orders].sort((a, b) => a - b));
  expect(ranks).toHaveLength(orders.length);
});

test('Q22: a line in which nothing has moved is read by one command, whatever its length, and anew when somebody comes, leaves, is called or revoked', async () => {
  line = await Line.create({ policy: { override: 'paused' } });
  const [first = '', , third = ''] = await line.arrive(600);
  const read = line.commands.read.bind(line.commands);
  let calls = 0;
  line.commands.read = (...args) => {
    if (args[0] === 'rank-map') calls++;
    return read(...args);
  };
  let nowMs = 0;
  let last = await readRanks(line.commands, line.drop, 1000, undefined, nowMs);
  const again = async () => {
    calls = 0;
    last = await readRanks(line.commands, line.drop, 1000, last, nowMs);
    const made = calls;
    expect(last.map).toEqual(await map());
    return made;
  };
  expect(await again()).toBe(1);
  const moves: (() => Promise<unknown>)[] = [
    () => line.arrive(1),
    () => line.run('leave-queue', third),
    () => line.run('end-sessions', first, 'revoked'),
    async () => {
      await tune(line.redis, line.drop, { override: '', rate_per_minute: 600 });
      await line.tick();
    },
    // What no count tells of is found out a few seconds later.
    async () => {
      nowMs += 5_000;
    },
  ];
  for (const move of moves) {
    await move();
    expect(await again(), String(move)).toBe(2);
  }
});

test('a drop is read as it stands: phase, counts and the rate of this moment of a ramp', async () => {
  line = await Line.create({ policy: { rate_per_minute: 600 } });
  await tune(line.redis, line.drop, {
    ramp_from_per_minute: 0,
    ramp_starts_us: line.nowUs,
    ramp_ends_us: line.nowUs + 60e6,
  });
  await line.arrive(3);
  await line.advance(30_000);
  const before = await line.redis.hgetall(line.keys.control);
  const reply = await line.commands.read('read-drop', line.drop, []);
  // Read only: what is due happens with the next command that writes.
  expect(reply.slice(0, 8)).toEqual(['ok', line.nowUs, 'open', 3, 0, 0, 0, '300.000']);
  expect(await line.redis.hgetall(line.keys.control)).toEqual(before);
  expect(await line.commands.read('read-drop', 'nothing', [])).toEqual(['no-such-drop', line.nowUs]);
});

test('Q15: a ticket that nobody knows is unknown, wherever it is looked for', async () => {
  line = await Line.create();
  expect(await line.standing(newTicket().number)).toEqual(['unknown']);
});

test('Q20: one instance holds the lease on the pulse and prolongs it; another takes it over when it has run out', async () => {
  line = await Line.create();
  const take = async (instance: string, ms: number) => (await line.run('take-pulse-lease', instance, ms))[2];
  expect(await take('one', 60_000)).toBe(1);
  expect(await take('two', 60_000)).toBe(0);
  expect(await take('one', 60_000)).toBe(1);
  await line.redis.del(line.keys.pulseLease); // as its end does
  expect(await take('two', 60_000)).toBe(1);
  expect(await take('one', 60_000)).toBe(0);
});

test('Q20: an instance that stood still while another took over brings no old pulse and no old announcement back', async () => {
  line = await Line.create();
  const publish = async (instance: string, body: string, announced: string) =>
    (await line.run('publish-pulse', instance, body, 60_000, announced, 36e6))[2];
  expect(await publish('one', 'without a lease', '5')).toBe(0);
  await line.run('take-pulse-lease', 'two', 60_000);
  expect(await publish('two', 'new', '7')).toBe(1);
  expect(await publish('one', 'old', '5')).toBe(0);
  expect(await line.redis.get(line.keys.pulse)).toBe('new');
  expect(await line.redis.hget(line.keys.control, 'callable_until')).toBe('7');
  expect(await line.redis.zcard(line.keys.announced)).toBe(1);
  // In the lobby nothing is announced.
  expect(await publish('two', 'lobby', '')).toBe(1);
  expect(await line.redis.zcard(line.keys.announced)).toBe(1);
});
