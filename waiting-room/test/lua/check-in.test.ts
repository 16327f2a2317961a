import { afterEach, expect, test } from 'vitest';
import { newBind, newTicket, tune } from '../support/drop.ts';
import { Line } from '../support/line.ts';

let line: Line;
afterEach(() => line.close());

test('nobody asks: nobody is answered, and what can be granted is', async () => {
  line = await Line.create();
  expect(await line.checkIn([])).toEqual([]);
  const reply = await line.run('check-in');
  expect(reply).toEqual(['ok', line.nowUs, 'open']);
});

test('promise 2: a ticket beyond the frontier is not called, and asking changes nothing about its place', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60, burst_seconds: 1 } });
  const numbers = await line.arrive(40);
  await line.tick();
  const called = await line.redis.zcount(
    line.keys.waiting,
    '-inf',
    (await line.redis.hget(line.keys.control, 'frontier')) ?? '',
  );
  expect(called).toBe(16);
  expect(await line.checkIn(numbers.slice(15, 17))).toMatchObject([
    { word: 'present' },
    { word: 'not-called' },
  ]);
  expect(await line.redis.zscore(line.keys.waiting, numbers[16] as string)).not.toBeNull();
});

test('Q17: a called shopper checks in once; asking again gives the same, at the same place', async () => {
  line = await Line.create({ policy: { rate_per_minute: 0 } });
  const numbers = await line.arrive(3);
  await tune(line.redis, line.drop, { rate_per_minute: 600 });
  await line.tick();
  await tune(line.redis, line.drop, { rate_per_minute: 0 });
  for (let i = 0; i < 2; i++) {
    expect(await line.checkIn(numbers)).toEqual([
      { word: 'present', value: 0 },
      { word: 'present', value: 1 },
      { word: 'present', value: 2 },
    ]);
  }
  const checkIns = (await line.log()).filter(({ k }) => k === 'checkin');
  expect(checkIns.map(({ n }) => n)).toEqual(numbers);
});

test('Q18: the same session gives the same grant, by any instance, until its token runs out; then the ticket is spent', async () => {
  line = await Line.create({ policy: { token_us: 60e6, hold_us: 480e6 } });
  const [number] = (await line.arrive(1)) as [string];
  await line.pass(1000);
  const [first] = await line.checkIn([number]);
  const iat = Math.floor(line.nowUs / 1e6);
  expect(first).toEqual({ word: 'granted', value: `${iat}:${iat + 60}:${'b'.repeat(43)}` });
  await line.setClock((iat + 60) * 1e6 - 1);
  const reply = await line.another().run('check-in', line.drop, [number, 'b'.repeat(43)]);
  expect(reply.slice(3)).toEqual(['granted', first?.value]);
  await line.advance(0.001);
  expect(await line.checkIn([number])).toEqual([{ word: 'spent', value: 'expired' }]);
  const grants = (await line.log()).filter(({ k }) => k === 'grant');
  expect(grants).toHaveLength(1);
  expect(grants[0]).toMatchObject({ n: number, exp: String((iat + 60) * 1e6) });
});

test('Q32: another secret before the checkout session exists re-issues the grant; afterwards it is bound elsewhere', async () => {
  line = await Line.create();
  const [number] = (await line.arrive(1)) as [string];
  await line.pass(1000);
  const [one, two, three] = [newBind(), newBind(), newBind()];
  const [granted] = await line.checkIn([number], one);
  const [again] = await line.checkIn([number], two);
  expect(granted?.value).toBe(String(again?.value).replace(two, one));
  await line.report({ sellable: 5, opened: [number] });
  expect(await line.checkIn([number], three)).toMatchObject([{ word: 'bound-elsewhere' }]);
  expect(await line.checkIn([number], one)).toMatchObject([{ word: 'bound-elsewhere' }]);
  expect(await line.checkIn([number], two)).toEqual([again]);
});

test('Q32: until it enters, a checked-in ticket belongs to the browser that asked last', async () => {
  line = await Line.create({ policy: { max_sessions: 1 } });
  const [first, second] = (await line.arrive(2)) as [string, string];
  await line.pass(1000);
  await line.checkIn([first]);
  const [one, two] = [newBind(), newBind()];
  await line.checkIn([second], one);
  await line.checkIn([second], two);
  await line.run('end-sessions', first, 'paid');
  await line.pass(10_000);
  const [granted] = await line.checkIn([second], two);
  expect(String(granted?.value)).toContain(two);
});

test('Q15: a ticket that nobody knows is unknown; a spent one says how it was spent', async () => {
  line = await Line.create();
  const [gone] = (await line.arrive(1)) as [string];
  await line.tick();
  await line.run('leave-queue', gone);
  expect(await line.checkIn([newTicket().number, gone])).toEqual([
    { word: 'unknown', value: 0 },
    { word: 'spent', value: 'left' },
  ]);
});

test('Q5: five hundred check in by one call', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60_000 } });
  const numbers = await line.arrive(500);
  await line.tick();
  const outcomes = await line.checkIn(numbers);
  expect(outcomes.every(({ word }) => word === 'present' || word === 'granted')).toBe(true);
});

test('a lost grant record never becomes a second entry: the session is found, no token is made up', async () => {
  line = await Line.create();
  const [number] = (await line.arrive(1)) as [string];
  await line.pass(1000);
  await line.checkIn([number]);
  await line.redis.del(line.keys.grants);
  expect(await line.checkIn([number])).toEqual([{ word: 'spent', value: 'expired' }]);
  expect((await line.log()).filter(({ k }) => k === 'grant')).toHaveLength(1);
});
