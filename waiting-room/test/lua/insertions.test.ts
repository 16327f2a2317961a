/** Q12: `generation` changes before anybody's number has grown unseen by more than a hundredth. */
import { afterEach, expect, test } from 'vitest';
import { newTicket } from '../support/drop.ts';
import { Line } from '../support/line.ts';
import { seededRandom } from '../support/simulated-crowd.ts';

let line: Line;
afterEach(() => line.close());

const control = async (name: string) => (await line.redis.hget(line.keys.control, name)) ?? '0';
const generation = async () => Number(await control('line_generation'));
const inLine = () => line.redis.zrange(line.keys.waiting, '0', '-1');
const join = (headStartMs: number) => line.joinAll([newTicket().number], { headStartMs });

test('Q12: however head starts fall, nobody’s number grows by a hundredth or more within one generation', async () => {
  line = await Line.create({ policy: { rate_per_minute: 0 } });
  const random = seededRandom(12);
  await line.arrive(200);
  for (let i = 0; i < 8; i++) {
    await line.advance(1000);
    await line.arrive(100);
  }
  let known = await inLine();
  let since = await generation();
  let changes = 0;
  let unseen = 0;
  for (let i = 0; i < 150; i++) {
    await line.advance(20);
    // Mostly far back, where a place is less than a hundredth, sometimes right to the front.
    await join(Math.floor(random() ** 3 * 9000));
    const now = await inLine();
    if ((await generation()) !== since) {
      changes++;
      since = await generation();
      known = now;
      continue;
    }
    const rankNow = new Map(now.map((number, rank) => [number, rank]));
    known.forEach((number, rank) => {
      const grown = (rankNow.get(number) ?? 0) - rank;
      unseen = Math.max(unseen, grown);
      expect(grown * 100).toBeLessThan(rank + 1);
    });
  }
  // The test means something: generations came, and between them places grew unseen.
  expect(changes).toBeGreaterThan(3);
  expect(unseen).toBeGreaterThan(0);
  expect(await control('line_generation_reason')).toBe('head-start');
});

test('Q12: among the first hundred one head start is enough', async () => {
  line = await Line.create({ policy: { rate_per_minute: 0 } });
  await line.arrive(60);
  await line.advance(1000);
  await line.arrive(60);
  await join(1500);
  expect(await generation()).toBe(1);
});

test('Q12: nobody behind, no change: an arrival at the end, a head start that reaches nobody, a lobby', async () => {
  line = await Line.create({ policy: { rate_per_minute: 0 } });
  await line.arrive(5);
  await line.advance(5000);
  await join(1000);
  await join(0);
  expect(await generation()).toBe(0);
  await line.close();

  line = await Line.create({ opensInMs: 60_000, lobbyMs: 120_000, policy: { rate_per_minute: 0 } });
  await line.arrive(5);
  await join(3000);
  expect(await generation()).toBe(0);
});

async function comeBack(order: number) {
  const [status, , , , word] = await line.run(
    'return-tickets',
    newTicket().number,
    order,
    '0000000000000001',
    '',
    '',
  );
  expect([status, word]).toEqual(['ok', 'returned']);
}

test('Q12: a ticket that comes back ahead of others changes it, and the reason says so', async () => {
  line = await Line.create({ policy: { rate_per_minute: 0 } });
  await line.arrive(20);
  const first = Number((await line.redis.zrange(line.keys.waiting, '0', '0', 'WITHSCORES'))[1]);
  await comeBack(first - 10);
  expect(await generation()).toBe(1);
  expect(await control('line_generation_reason')).toBe('returned');
  await comeBack(line.nowUs + 1e6);
  expect(await generation()).toBe(1);
});

test('Q27: while positions come from the map of before the loss, those in it change nothing by coming back', async () => {
  line = await Line.create({ policy: { rate_per_minute: 0 } });
  await line.arrive(20);
  const healing = { heal_until_us: line.nowUs + 30e6, opened_us: line.nowUs - 1e6 };
  await line.redis.hset(line.keys.control, { ...healing, heal_map: '{"ranks":[],"orders":[],"total":0}' });
  await comeBack(line.nowUs - 5e6);
  expect(await generation()).toBe(0);
  await line.redis.hdel(line.keys.control, 'heal_map');
  await comeBack(line.nowUs - 6e6);
  expect(await generation()).toBe(1);
});

test('Q12: whoever comes forward late, in grace, moves those behind them at the gate, and their generation alone', async () => {
  line = await Line.create({ policy: { max_sessions: 1, rate_per_minute: 600, call_window_us: 20_000_000 } });
  const numbers = await line.arrive(12);
  await line.pass(3000);
  await line.checkIn([numbers[0] as string]);
  await line.pass(8000);
  await line.checkIn(numbers.slice(2));
  const before = Number(await control('gate_generation'));
  await line.pass(30_000);
  expect((await line.checkIn([numbers[1] as string]))[0]).toEqual({ word: 'present', value: 0 });
  expect(Number(await control('gate_generation'))).toBe(before + 1);
  expect(await control('gate_generation_reason')).toBe('came-forward');
  expect(await generation()).toBe(0);
  // Those who come in their order change nothing.
  await line.checkIn(numbers.slice(2));
  expect(Number(await control('gate_generation'))).toBe(before + 1);
});
