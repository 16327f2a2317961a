/** What a drop does while shoppers return after a loss: it calls along the map of before, and enters at the rate, and those whom only the checkout remembers count (Q27, Q28). */
import { afterEach, expect, test } from 'vitest';
import { readRankMap } from '../../src/queue/rank-map.ts';
import { newTicket } from '../support/drop.ts';
import { Line } from '../support/line.ts';

let line: Line;
afterEach(() => line.close());

const control = (name: string) => line.redis.hget(line.keys.control, name);
const frontier = async () => Number(await control('frontier'));

/** Empties Redis and offers one instance's copy until the drop goes on; returns when copies began to be taken. */
async function loseEverything(): Promise<number> {
  const copy = await line.redis.hgetall(line.keys.control);
  const map = JSON.stringify(await readRankMap(line.commands, line.drop, 1000));
  await line.redis.del(...Object.values(line.keys));
  const began = line.nowUs;
  const offer = () =>
    line.run('heal-drop', 'ffffffffffffffff', copy.seq ?? 0, map, '', ...Object.entries(copy).flat());
  await offer();
  await line.advance(2000);
  expect((await offer())[0]).toBe('restored');
  return began;
}

/** Tickets as their holders bring them back. */
async function comeBack(places: readonly (readonly [number: string, order: number])[]): Promise<void> {
  const epoch = '0000000000000001';
  const args = places.flatMap(([number, order]) => [number, order, epoch, '', '']);
  const [status, , , , ...words] = await line.run('return-tickets', ...args);
  expect([status, new Set(words)]).toEqual(['ok', new Set(['returned'])]);
}

test('Q27: while shoppers return the frontier follows the map of before the loss at the pace of the rate, whoever is back, and entries go on at the rate', async () => {
  // Ten a second; nobody has been called when everything is lost.
  line = await Line.create({ policy: { rate_per_minute: 600, return_spread_us: 30e6 } });
  const numbers = await line.arrive(300);
  const scores = await line.redis.zmscore(line.keys.waiting, numbers);
  const places = numbers.map((number, rank) => [number, Number(scores[rank])] as const);
  const began = await loseEverything();
  const called = async () => {
    const reached = await frontier();
    return places.filter(([, order]) => order <= reached).length;
  };
  // As many as the rate brings since the loss, less what the map's spacing takes from the last step.
  const expectPace = async () => {
    const due = Math.floor((line.nowUs - began) / 100_000);
    expect(await called()).toBeLessThanOrEqual(due);
    expect(await called()).toBeGreaterThanOrEqual(due - 3);
  };

  // Only the last third is quick. They gain nothing by it.
  await comeBack(places.slice(200));
  expect((await line.pass(8000)).phase).toBe('healing');
  await expectPace();
  expect(await line.checkIn(numbers.slice(200))).toEqual(
    numbers.slice(200).map(() => ({ word: 'not-called', value: 0 })),
  );

  // Whoever the map has called by now is called as soon as they are back.
  await comeBack(places.slice(0, 200));
  const entersFrom = line.nowUs;
  for (let gone = 0; gone < 10_000; gone += 250) {
    await line.checkIn(numbers.slice(0, 200));
    await line.advance(250);
    await line.tick();
  }
  await expectPace();
  const grants = (await line.log()).filter(({ k }) => k === 'grant');
  expect(grants.map(({ n }) => n)).toEqual(numbers.slice(0, grants.length));
  // A hundred in ten seconds, and the burst of a second that the bucket saved up until they came.
  const brought = (line.nowUs - entersFrom) / 100_000;
  expect(grants.length).toBeGreaterThanOrEqual(brought - 1);
  expect(grants.length).toBeLessThanOrEqual(brought + 10);
  expect(await line.tick()).toMatchObject({ phase: 'healing' });
});

const FEW = { max_sessions: 5, token_us: 60e6, hold_us: 60e6, return_spread_us: 5e6 };

/** Everybody who has come asks, as long as that brings anybody in. */
async function enterAll(numbers: readonly string[]): Promise<number> {
  await line.pass(1000);
  await line.checkIn(numbers);
  const { sessions } = await line.pass(8000, 1000);
  return sessions;
}

test('Q28, promise 1: those inside whom no instance remembers count beside the room’s own, for as long as a forgotten token or hold may live', async () => {
  line = await Line.create({ policy: FEW });
  await loseEverything();
  await line.report({ sellable: 100, inside: 4 });
  expect((await line.pass(6000, 1000)).phase).toBe('open');
  const numbers = await line.arrive(10);
  expect(await enterAll(numbers)).toBe(1);
  // The next report has the same four: the one who entered has not opened a checkout session yet.
  await line.report({ sellable: 100, inside: 4 });
  expect(await line.pass(2000)).toMatchObject({ sessions: 1, limitedBy: 'sessions' });
  // By now they have; two of the four are over and the checkout did not say which.
  await line.report({ sellable: 100, inside: 3 });
  expect(await line.pass(2000)).toMatchObject({ sessions: 2, limitedBy: 'sessions' });
  // When none of the forgotten can live any more the room's own count is whole again.
  await line.pass(110_000, 2000);
  expect((await line.pass(2000)).sessions).toBe(5);
});

test('Q28: a forgotten session that the checkout ends frees its place, and its ticket is spent wherever it stands', async () => {
  line = await Line.create({ policy: FEW });
  const numbers = await line.arrive(12);
  const scores = await line.redis.zmscore(line.keys.waiting, numbers);
  const [bought = '', left = ''] = numbers;
  await loseEverything();
  // The one who bought has shown their ticket since: nobody here knew better than to put it back.
  await comeBack(
    numbers
      .filter((number) => number !== left)
      .map((number) => [number, Number(scores[numbers.indexOf(number)])]),
  );
  await line.report({ sellable: 100, inside: 5 });
  await line.pass(6000, 1000);
  await line.checkIn(numbers.slice(2));
  expect(await line.pass(8000, 1000)).toMatchObject({ sessions: 0, limitedBy: 'sessions' });
  const end = () => line.run('end-sessions', bought, 'paid', left, 'released');
  expect((await end())[2]).toBe(2);
  expect((await end())[2]).toBe(0);
  expect(await line.standing(bought)).toEqual(['spent', 'paid']);
  expect(await line.standing(left)).toEqual(['spent', 'released']);
  expect((await line.pass(2000)).sessions).toBe(2);
});

test('Q28: sessions that come back after the checkout has told of them are not counted twice', async () => {
  line = await Line.create({ policy: FEW });
  await loseEverything();
  await line.report({ sellable: 100, inside: 3 });
  const known = Array.from({ length: 3 }, () => newTicket().number);
  await line.run('restore-sessions', ...known.flatMap((one) => [one, '1:2:bind:1', line.nowUs + 60e6, '']));
  await line.pass(6000, 1000);
  expect(await enterAll(await line.arrive(10))).toBe(5);
});
