import { afterEach, expect, test } from 'vitest';
import { newTicket } from '../support/drop.ts';
import { Line } from '../support/line.ts';

let line: Line;
afterEach(() => line.close());

/** `count` shoppers inside, in the order of their places. */
async function inside(count: number, policy: Record<string, string | number> = {}): Promise<string[]> {
  line = await Line.create({ policy: { rate_per_minute: 60_000, ...policy } });
  await line.tick();
  await line.pass(1000);
  const numbers = await line.arrive(count);
  await line.tick();
  await line.checkIn(numbers);
  await line.pass(8000, 500);
  expect(await line.redis.zcard(line.keys.sessions)).toBe(count);
  return numbers;
}

const ends = async () => (await line.log()).filter(({ k }) => k === 'end').map(({ n, r }) => [n, r]);

test('Q19: nothing ends when nothing is reported, and unknown sessions are passed over', async () => {
  await inside(1);
  expect(await line.run('end-sessions')).toEqual(['ok', line.nowUs, 0]);
  expect(await line.run('end-sessions', newTicket().number, 'paid')).toEqual(['ok', line.nowUs, 0]);
  expect(await ends()).toEqual([]);
});

test('2.8: session ends arrive in batches of five hundred, and the same batch again ends nothing', async () => {
  const numbers = await inside(501);
  const batch = numbers.slice(0, 500).flatMap((number) => [number, 'paid']);
  expect(await line.run('end-sessions', ...batch)).toEqual(['ok', line.nowUs, 500]);
  expect(await line.run('end-sessions', ...batch)).toEqual(['ok', line.nowUs, 0]);
  expect(await line.redis.hget(line.keys.control, 'bought_total')).toBe('500');
  expect(await line.redis.zcard(line.keys.sessions)).toBe(1);
  expect(await line.redis.zcard(line.keys.spent)).toBe(500);
  expect((await ends()).length).toBe(500);
  expect(await line.redis.hlen(line.keys.grants)).toBe(1);
});

test('2.8: the first reason of an end stays', async () => {
  const [number] = (await inside(1)) as [string];
  await line.run('end-sessions', number, 'paid');
  await line.run('end-sessions', number, 'released');
  expect(await line.standing(number)).toEqual(['spent', 'paid']);
  expect(await line.redis.hget(line.keys.control, 'bought_total')).toBe('1');
});

test('2.8: an end frees its capacity at once', async () => {
  const numbers = await inside(2, { max_sessions: 2 });
  const [next] = (await line.arrive(1)) as [string];
  await line.pass(7000);
  expect(await line.checkIn([next])).toMatchObject([{ word: 'present' }]);
  await line.run('end-sessions', numbers[0] as string, 'released');
  expect(await line.checkIn([next])).toMatchObject([{ word: 'granted' }]);
});

test('a report of an end takes nobody out of the line but those revoked', async () => {
  line = await Line.create({ policy: { max_sessions: 1 } });
  const [first, present, waiting, innocent] = (await line.arrive(4)) as [string, string, string, string];
  await line.tick();
  await line.checkIn([first, present]);
  await line.run('end-sessions', innocent, 'paid', waiting, 'revoked', present, 'revoked');
  expect((await line.standing(innocent))[0]).toBe('waiting');
  expect(await line.standing(waiting)).toEqual(['spent', 'revoked']);
  expect(await line.standing(present)).toEqual(['spent', 'revoked']);
});

test('Q19: a session nobody ends is over when token and hold have run out, and not a tick before', async () => {
  const [number] = (await inside(1, { token_us: 60e6, hold_us: 90e6 })) as [string];
  const ends_us = Number(await line.redis.zscore(line.keys.sessions, number));
  const [, record] = await line.standing(number);
  expect(ends_us).toBe(Number(String(record).split(':')[1]) * 1e6 + 90e6);
  await line.setClock(ends_us - 1);
  expect(await line.tick()).toMatchObject({ sessions: 1 });
  await line.advance(0.001);
  expect(await line.tick()).toMatchObject({ sessions: 0 });
  expect(await line.standing(number)).toEqual(['spent', 'expired']);
});

test('Q5: five hundred sessions lapse in one tick, the rest in the next', async () => {
  await inside(700, { token_us: 60e6, hold_us: 60e6 });
  await line.advance(150_000);
  expect(await line.tick()).toMatchObject({ sessions: 200 });
  expect(await line.tick()).toMatchObject({ sessions: 0 });
});

test('leaving: once, from the line or checked in; whoever has entered is the checkout’s to end', async () => {
  const [entered] = (await inside(1, { max_sessions: 1 })) as [string];
  const [waiting, present] = (await line.arrive(2)) as [string, string];
  await line.tick();
  await line.checkIn([present]);
  const leave = async (number: string) => (await line.run('leave-queue', number))[2];
  expect(await leave(waiting)).toBe(1);
  expect(await leave(waiting)).toBe(0);
  expect(await leave(present)).toBe(1);
  expect(await leave(entered)).toBe(0);
  expect(await leave(newTicket().number)).toBe(0);
  expect(await line.redis.hget(line.keys.control, 'left_total')).toBe('2');
  expect(await ends()).toEqual([
    [waiting, 'left'],
    [present, 'left'],
  ]);
  expect(await line.redis.hexists(line.keys.grants, present)).toBe(0);
  expect((await line.standing(entered))[0]).toBe('entered');
});

test('Q15: only who leaves from beyond the frontier is put on the list that instances follow', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60 } });
  const numbers = await line.arrive(40);
  await line.tick();
  const [called, far, revoked] = [numbers[0], numbers[39], numbers[38]] as [string, string, string];
  for (const number of [called, far, far]) await line.run('leave-queue', number);
  await line.run('end-sessions', revoked, 'revoked', numbers[37] as string, 'paid');
  expect(await line.redis.zrange(line.keys.gone, '0', '-1')).toEqual([far, revoked].sort());
});

test('3.5: whoever is revoked stands on the list for as long as a token may live, waiting, inside or gone', async () => {
  const [entered, paid] = (await inside(2)) as [string, string];
  const [waiting] = (await line.arrive(1)) as [string];
  await line.run('end-sessions', paid, 'paid');
  const at = line.nowUs;
  await line.run('end-sessions', ...[entered, paid, waiting].flatMap((number) => [number, 'revoked']));
  const until = at + 3605e6;
  const listed = () => line.redis.zrange(line.keys.revoked, '0', '-1', 'WITHSCORES');
  expect(new Set(await listed())).toEqual(new Set([entered, paid, waiting, String(until)]));
  expect(await line.standing(paid)).toEqual(['spent', 'paid']);
  // Again, a moment later: nothing is prolonged.
  await line.advance(1000);
  await line.run('end-sessions', entered, 'revoked');
  expect((await listed()).filter((text) => text === String(until))).toHaveLength(3);
  expect(await line.redis.pttl(line.keys.revoked)).toBeGreaterThan(3_500_000);
  // Who is revoked when those have run out finds them gone.
  await line.setClock(until);
  const late = newTicket().number;
  await line.run('end-sessions', late, 'revoked');
  expect((await listed()).filter((text) => text.length === 43)).toEqual([late]);
});
