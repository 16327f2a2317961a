import { afterEach, expect, test } from 'vitest';
import { newTicket } from '../support/drop.ts';
import { Line } from '../support/line.ts';

let line: Line;
afterEach(() => line.close());

const OLD = '0000000000000001';
const orderOf = async (number: string) => Number(await line.redis.zscore(line.keys.waiting, number));

/** Brings tickets back: number, order, epoch. */
async function comeBack(...tickets: (readonly [string, number, string])[]) {
  const args = tickets.flatMap(([number, order, epoch]) => [number, order, epoch, '', '']);
  const [status, , phase, epoch, ...words] = await line.run('return-tickets', ...args);
  return { status, phase, epoch: String(epoch), words };
}

test('Q26: a ticket of an earlier epoch is put back at its own order, ahead of everyone who came later', async () => {
  line = await Line.create({ policy: { rate_per_minute: 0 } });
  const [later] = await line.arrive(1);
  const lost = newTicket().number;
  const own = (await orderOf(later as string)) - 1000;
  expect((await comeBack([lost, own, OLD])).words).toEqual(['returned']);
  expect(await line.redis.zrange(line.keys.waiting, '0', '-1')).toEqual([lost, later]);
  expect((await comeBack([lost, own, OLD])).words).toEqual(['known']);
});

test('Q26: a ticket of the current epoch that no set knows is not put back', async () => {
  line = await Line.create({ policy: { rate_per_minute: 0 } });
  const { epoch } = await comeBack([newTicket().number, 1, OLD]);
  const stranger = newTicket().number;
  expect((await comeBack([stranger, 2, epoch])).words).toEqual(['unknown']);
  expect(await line.redis.zscore(line.keys.waiting, stranger)).toBeNull();
});

test('Q26: whoever joined anew before their ticket came back gets the older place, and only they', async () => {
  line = await Line.create({ policy: { rate_per_minute: 0 } });
  const [rejoined, other] = (await line.arrive(2)) as [string, string];
  const own = (await orderOf(rejoined)) - 5000;
  expect((await comeBack([rejoined, own, OLD])).words).toEqual(['known']);
  expect(await orderOf(rejoined)).toBe(own);
  // A ticket never moves back, and one of this epoch never moves at all.
  const { epoch } = await comeBack([rejoined, own + 9000, OLD]);
  expect(await orderOf(rejoined)).toBe(own);
  const before = await orderOf(other);
  await comeBack([other, before - 9000, epoch]);
  expect(await orderOf(other)).toBe(before);
});

test('promise 3: what is spent or inside does not come back into the line', async () => {
  line = await Line.create();
  const [inside, left] = (await line.arrive(2)) as [string, string];
  await line.pass(1000);
  await line.checkIn([inside]);
  await line.pass(10_000);
  await line.run('leave-queue', left);
  expect((await comeBack([inside, 5, OLD], [left, 6, OLD])).words).toEqual(['known', 'known']);
  expect(await line.redis.zcard(line.keys.waiting)).toBe(0);
});

test('a closed drop takes nobody back', async () => {
  line = await Line.create({ policy: { override: 'closed' } });
  expect((await comeBack([newTicket().number, 1, OLD])).status).toBe('refused');
});

test('promise 5: a ticket that is missing is nobody’s only for who knows the epoch; others are told to come again', async () => {
  line = await Line.create({ policy: { rate_per_minute: 0 } });
  const { epoch } = await comeBack([newTicket().number, 1, OLD]);
  const missing = newTicket().number;
  await expect(line.standing(missing, OLD)).rejects.toThrow(expect.objectContaining({ status: 503 }));
  expect(await line.standing(missing, epoch)).toEqual(['unknown']);
  // Whoever is there is there, whatever the caller knows.
  const [here] = (await line.arrive(1)) as [string];
  expect((await line.standing(here, OLD))[0]).toBe('waiting');
});

test('Q10: a lobby ticket that comes back after the roster is out without a line in it is put on the public list, once; before it is out nobody is', async () => {
  line = await Line.create({ opensInMs: 0, drawn: true });
  await line.tick();
  const late = () => line.redis.lrange(line.keys.late, '0', '-1');
  const back = (number: string, order: number) =>
    line.run('return-tickets', number, order, OLD, '', `${number} 1 1`);
  const [early, first, second] = Array.from({ length: 3 }, () => newTicket().number) as [
    string,
    string,
    string,
  ];
  await back(early, 5);
  expect(await late()).toEqual([]);
  await line.run('publish-roster', 'root', '{}');
  await back(first, 7);
  await back(second, 6);
  await back(first, 7);
  expect(await late()).toEqual([`${first} 1 1`, `${second} 1 1`]);
  expect(await line.redis.zrange(line.keys.waiting, '0', '-1')).toEqual([early, second, first]);
});
