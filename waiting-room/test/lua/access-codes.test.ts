/** Uses of access codes, counted where places are given (ADR 0112). */
import { afterEach, expect, test } from 'vitest';
import { newTicket } from '../support/drop.ts';
import { joinCodes, joinText, Line } from '../support/line.ts';

const [JOINED, REPEATED, USED_UP, REQUIRED] = [0, 1, 5, 6];

let line: Line;
afterEach(() => line.close());

interface Coming {
  readonly number?: string;
  readonly code?: string;
  readonly usesMax?: number;
  readonly carried?: string;
  readonly isTold?: boolean;
}

const number = () => newTicket().number;

async function join(...people: Coming[]): Promise<number[]> {
  const numbers = people.map((one) => one.number ?? number());
  const columns = {
    codes: people.map(({ code = '' }) => code),
    codeUses: people.map(({ usesMax = 1 }) => usesMax),
    carried: people.map(({ carried = '' }) => carried),
    codesTold: people.map(({ isTold = false }) => (isTold ? 1 : 0)),
  };
  const text = joinText(numbers, undefined, people.some(({ code }) => code) ? columns : {});
  const reply = await line.run('join-queue', '00000000000000ee', 1_000_000, '', text);
  return joinCodes(reply, numbers.length).map(([code]) => code);
}

const uses = () => line.redis.hgetall(line.keys.uses);
const CODED = { policy: { codes: 'on' } };

test('where a code is needed nobody joins without one, and whoever is in line stays there', async () => {
  line = await Line.create();
  const early = number();
  expect(await join({ number: early })).toEqual([JOINED]);
  await line.redis.hset(line.keys.control, 'codes', 'on');
  expect(await join({ number: early }, {}, { code: '1.0' }, {})).toEqual([
    REPEATED,
    REQUIRED,
    JOINED,
    REQUIRED,
  ]);
  expect(await line.redis.zcard(line.keys.waiting)).toBe(2);
});

test('a code is used as often as it may be, within one call and over many', async () => {
  line = await Line.create(CODED);
  const shared = { code: '2.0', usesMax: 3 };
  expect(await join(shared, { code: '1.7' }, shared, { code: '1.7' })).toEqual([
    JOINED,
    JOINED,
    JOINED,
    USED_UP,
  ]);
  expect(await join(shared, shared, { code: '1.7' }, { code: '1.8' })).toEqual([
    JOINED,
    USED_UP,
    USED_UP,
    JOINED,
  ]);
  expect(await uses()).toMatchObject({ '1': '2', '1.7': '1', '1.8': '1', '2': '3', '2.0': '3' });
});

test('promise 7: the same join again uses nothing, wherever the ticket stands by then', async () => {
  line = await Line.create(CODED);
  const one = { number: number(), code: '1.0' };
  expect(await join(one, one)).toEqual([JOINED, REPEATED]);
  expect(await join(one)).toEqual([REPEATED]);
  await line.tick();
  await line.checkIn([one.number]);
  expect(await join(one)).toEqual([REPEATED]);
  expect(await uses()).toEqual({ '1': '1', '1.0': '1', [one.number]: '1.0' });
});

test('promise 8: a join that is refused for another reason uses nothing', async () => {
  line = await Line.create({ policy: { codes: 'on', max_waiting: 1 } });
  expect(await join({ code: '1.0' }, { code: '1.1' })).toEqual([JOINED, 4]);
  expect((await uses())['1.1']).toBeUndefined();
});

test('the use of a ticket that never entered goes on with the next one, once', async () => {
  line = await Line.create(CODED);
  const [first, second, third, other] = [number(), number(), number(), number()];
  await join({ number: first, code: '1.0' });
  await line.run('leave-queue', first);
  // In one call and in another: two tickets never go on with the same use.
  const going = [second, other].map((one) => ({ number: one, code: '1.0', carried: first }));
  expect(await join(...going)).toEqual([JOINED, USED_UP]);
  expect(await join({ number: third, code: '1.0', carried: first })).toEqual([USED_UP]);
  expect(await uses()).toEqual({ '1': '1', '1.0': '1', [first]: '', [second]: '1.0' });
  // Another code than the ticket before had is a use of its own.
  await line.run('leave-queue', second);
  expect(await join({ number: third, code: '1.1', carried: second })).toEqual([JOINED]);
  expect(await uses()).toMatchObject({ '1': '2', '1.0': '1', '1.1': '1', [second]: '1.0' });
});

test('uses that operators are told of are kept one by one, with ticket and time', async () => {
  line = await Line.create(CODED);
  const [one, two] = [number(), number()];
  const staff = { code: '4.0', usesMax: 5, isTold: true };
  await join({ ...staff, number: one });
  const firstUs = line.nowUs;
  await line.advance(2000);
  await join({ ...staff, number: two });
  expect(await uses()).toMatchObject({ '4#1': `${one}:${firstUs}`, '4#2': `${two}:${line.nowUs}` });
});

test('promise 5: uses that Redis forgot are put back as they were, by any number of instances in any order', async () => {
  line = await Line.create(CODED);
  const [first, second, third] = [number(), number(), number()];
  await join({ number: first, code: '1.0' }, { number: third, code: '9.3', isTold: true });
  await line.run('leave-queue', first);
  await join({ number: second, code: '1.0', carried: first });
  const before = await uses();
  const known: (string | number)[][] = [
    [first, '1.0', '', 0, line.nowUs],
    [second, '1.0', first, 0, line.nowUs],
    [third, '9.3', '', 1, line.nowUs],
  ];
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 1, 0, 2, 0],
  ]) {
    await line.redis.del(line.keys.uses);
    for (const at of order) await line.run('restore-uses', ...(known[at] ?? []));
    expect(await uses()).toEqual(before);
  }
  // Nothing is counted again where nothing was lost.
  await line.run('restore-uses', ...known.flat());
  expect(await uses()).toEqual(before);
});
