import { createSecretKey } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { BAND, drawnOrder } from '../../src/domain/draw.ts';
import { newTicket, tune } from '../support/drop.ts';
import { joinCodes, Line } from '../support/line.ts';

const JOINED = 0;
const REPEATED = 1;
const SPENT = 2;
const ADDRESS_LIMIT = 3;
const FULL = 4;

let line: Line;
afterEach(() => line.close());

const numbers = (count: number) => Array.from({ length: count }, () => newTicket().number);
const codesOf = ({ codes }: { codes: [number, number][] }) => codes.map(([code]) => code);

test('no ticket at all: nothing is written but the epoch', async () => {
  line = await Line.create();
  expect(await line.joinAll([])).toMatchObject({ status: 'ok', phase: 'open' });
  expect(await line.redis.exists(line.keys.waiting)).toBe(0);
  expect(await line.redis.hget(line.keys.control, 'joined_total')).toBeNull();
});

test('Q12: arrivals get the clock as their order, each one greater than the last, also when the clock stands still or goes back', async () => {
  line = await Line.create();
  const first = await line.joinAll(numbers(3));
  expect(first.codes.map(([, order]) => order - line.nowUs)).toEqual([0, 1, 2]);
  const second = await line.joinAll(numbers(1));
  expect(second.codes[0]?.[1]).toBe(line.nowUs + 3);
  await line.advance(-5000);
  const third = await line.joinAll(numbers(1));
  expect(third.codes[0]?.[1]).toBe(line.nowUs + 5_000_000 + 4);
  await line.advance(60_000);
  expect((await line.joinAll(numbers(1))).codes[0]?.[1]).toBe(line.nowUs);
});

test('Q5: five hundred in one call, all of them at places of their own', async () => {
  line = await Line.create();
  const { codes } = await line.joinAll(numbers(500));
  expect(new Set(codes.map(([, order]) => order)).size).toBe(500);
  expect(await line.redis.zcard(line.keys.waiting)).toBe(500);
  expect(await line.redis.hget(line.keys.control, 'joined_total')).toBe('500');
});

test('Q7: a lobby ticket goes to its drawn order, and the caller learns nothing of it', async () => {
  line = await Line.create({ opensInMs: 10_000, drawn: true });
  const seed = createSecretKey(Buffer.from((await line.redis.get(line.keys.seed)) ?? '', 'hex'));
  const commit = (await line.redis.hget(line.keys.control, 'commit')) ?? '';
  const [one, two] = numbers(2) as [string, string];
  const orders = [one, two].map((number) => drawnOrder(seed, number, { band: 1, chances: 1 }));
  const { phase, codes } = await line.joinAll([one, two], { drawnOrders: orders, commit });
  expect(phase).toBe('lobby');
  expect(codes).toEqual([
    [JOINED, 0],
    [JOINED, 0],
  ]);
  expect(await line.redis.zscore(line.keys.waiting, one)).toBe(String(orders[0]));
});

test('promise 4: orders that come from another seed than the one committed to are refused, and none is written', async () => {
  line = await Line.create({ opensInMs: 10_000, drawn: true });
  for (const commit of ['', 'f'.repeat(64)]) {
    expect((await line.joinAll(numbers(2), { drawnOrders: [5, 6], commit })).status).toBe('no-seed');
  }
  expect(await line.redis.exists(line.keys.waiting)).toBe(0);
});

test('Q9: whoever joins at the opening or later gets no drawn order, also when they bring one', async () => {
  line = await Line.create({ opensInMs: 10_000, drawn: true });
  const commit = (await line.redis.hget(line.keys.control, 'commit')) ?? '';
  await line.advance(9999.999);
  const [before, at] = numbers(2) as [string, string];
  expect((await line.joinAll([before], { drawnOrders: [7], commit })).codes).toEqual([[JOINED, 0]]);
  await line.advance(0.001);
  const { phase, codes } = await line.joinAll([at], { drawnOrders: [5], commit });
  expect(phase).toBe('drawing');
  expect(codes).toEqual([[JOINED, line.nowUs]]);
  // Also when the plan is changed afterwards: opened is opened.
  await tune(line.redis, line.drop, { opens_us: line.nowUs + 1e9 });
  expect((await line.joinAll(numbers(1), { drawnOrders: [5], commit })).phase).toBe('drawing');
});

test('Q12: a head start shortens the wait by so much, never passes a called ticket and never reaches a drawn place', async () => {
  line = await Line.create();
  await line.redis.zadd(line.keys.waiting, 4 * BAND - 1, 'drawn');
  const [first] = await line.arrive(1);
  await line.advance(30_000);
  const hurried = await line.joinAll(numbers(1), { headStartMs: 10_000 });
  expect(hurried.codes[0]?.[1]).toBe(line.nowUs - 10_000_000);
  const far = await line.joinAll(numbers(1), { headStartMs: 1e12 });
  expect(far.codes[0]?.[1]).toBeGreaterThanOrEqual(4 * BAND);
  await line.tick();
  const frontier = Number(await line.redis.hget(line.keys.control, 'frontier'));
  expect(frontier).toBeGreaterThanOrEqual(
    Number(await line.redis.zscore(line.keys.waiting, first as string)),
  );
  const late = await line.joinAll(numbers(1), { headStartMs: 60_000 });
  expect(late.codes[0]?.[1]).toBe(frontier + 1);
});

test('Q13: the same nonce again is the same ticket at the same order, wherever it stands by then', async () => {
  line = await Line.create();
  const [number] = numbers(1) as [string];
  const join = () => line.joinAll([number]);
  const order = (await join()).codes[0]?.[1];
  await line.advance(3000);
  expect((await join()).codes).toEqual([[REPEATED, order]]);
  await line.tick();
  await line.redis.hset(line.keys.control, 'bucket', 0);
  await line.checkIn([number]);
  expect((await join()).codes).toEqual([[REPEATED, order]]);
  await line.pass(7000);
  expect(await line.redis.zcard(line.keys.sessions)).toBe(1);
  // Entered: an order that has been called, so that whoever asks for it asks the sets.
  expect((await join()).codes).toEqual([[REPEATED, order]]);
  await line.run('end-sessions', number, 'paid');
  expect((await join()).codes).toEqual([[SPENT, 0]]);
  expect(await line.redis.hget(line.keys.control, 'joined_total')).toBe('1');
});

test('Q13: the same join twice in one call, as after a double click, is one place', async () => {
  line = await Line.create();
  const [once, twice] = numbers(2) as [string, string];
  const { codes } = await line.joinAll([twice, once, twice], { limit: 2 });
  expect(codes).toEqual([
    [JOINED, line.nowUs],
    [JOINED, line.nowUs + 1],
    [REPEATED, line.nowUs],
  ]);
  expect(await line.redis.zrange(line.keys.waiting, '0', '-1')).toEqual([twice, once]);
  expect(await line.redis.hget(line.keys.control, 'joined_total')).toBe('2');
  expect(await line.redis.hgetall(line.keys.addresses)).toEqual({ address: '2' });
});

test('Q12: whoever joins behind refused, known and hurried ones of the same call has the next order, in Redis as in the answer', async () => {
  line = await Line.create({ policy: { max_waiting: 5 } });
  const [known] = await line.arrive(1);
  await line.advance(60_000);
  const [first, limited, hurried, last, full] = numbers(5) as [string, string, string, string, string];
  const all = [first, limited, known as string, hurried, last, full];
  const headStarts = [0, 0, 0, 30_000_000, 0, 0];
  const addresses = ['a', 'a', 'a', 'b', 'c', 'd'];
  await line.redis.zadd(line.keys.waiting, 4 * BAND + 1, 'another');
  const text = JSON.stringify({ numbers: all, addresses, headStarts });
  const reply = await line.run('join-queue', '00000000000000ee', 1, '', text);
  const codes = joinCodes(reply, all.length);
  expect(codesOf({ codes })).toEqual([JOINED, ADDRESS_LIMIT, REPEATED, JOINED, JOINED, FULL]);
  expect(codes[3]?.[1]).toBe(line.nowUs + 1 - 30_000_000);
  expect(codes[4]?.[1]).toBe(line.nowUs + 2);
  const scores = await line.redis.zmscore(line.keys.waiting, all);
  expect(scores.map(Number)).toEqual(codes.map(([, order]) => order));
  expect(await line.redis.hgetall(line.keys.addresses)).toEqual({ a: '1', b: '1', c: '1' });
});

test('Q3: the same call executed twice puts nobody further back', async () => {
  line = await Line.create();
  const [number] = numbers(1) as [string];
  const order = (await line.joinAll([number])).codes[0]?.[1];
  await line.advance(500);
  expect((await line.joinAll([number])).codes).toEqual([[REPEATED, order]]);
  expect(await line.redis.hget(line.keys.control, 'joined_total')).toBe('1');
});

test('Q13: joins of one address are counted in the script: the last allowed gets in, the next does not, another address does, a minute later all may', async () => {
  line = await Line.create();
  const address = (index: number) => (index < 4 ? 'campus' : 'home');
  expect(codesOf(await line.joinAll(numbers(5), { address, limit: 3 }))).toEqual([
    JOINED,
    JOINED,
    JOINED,
    ADDRESS_LIMIT,
    JOINED,
  ]);
  expect(codesOf(await line.joinAll(numbers(1), { address, limit: 3 }))).toEqual([ADDRESS_LIMIT]);
  await line.advance(60_000);
  expect(codesOf(await line.joinAll(numbers(1), { address, limit: 3 }))).toEqual([JOINED]);
});

test('a repeated nonce is not counted against its address', async () => {
  line = await Line.create();
  const [number] = numbers(1) as [string];
  for (let i = 0; i < 4; i++) await line.joinAll([number], { limit: 1 });
  expect(codesOf(await line.joinAll([number], { limit: 1 }))).toEqual([REPEATED]);
});

test('maxWaiting: the last free place is given, the next is not, and a place that comes free is given again', async () => {
  line = await Line.create({ policy: { max_waiting: 3, override: 'paused' } });
  const [gone, ...others] = numbers(4) as [string, string, string, string];
  expect(codesOf(await line.joinAll([gone, ...others]))).toEqual([JOINED, JOINED, JOINED, FULL]);
  expect(codesOf(await line.joinAll([others[0] as string]))).toEqual([REPEATED]);
  await line.run('leave-queue', gone);
  expect(codesOf(await line.joinAll(numbers(2)))).toEqual([JOINED, FULL]);
});

test('the epoch is named by the first script, and never again', async () => {
  line = await Line.create({ policy: { epoch: '' } });
  expect((await line.joinAll([])).reply[3]).toBe('00000000000000ee');
  const reply = await line.run('join-queue', 'ffffffffffffffff', 100, '', '{"numbers":[],"addresses":[]}');
  expect(reply[3]).toBe('00000000000000ee');
});
