/** What a drop does while shoppers return after a loss: it calls along the map of before, and enters at the rate (Q27). */
import { afterEach, expect, test } from 'vitest';
import { readRankMap } from '../../src/queue/rank-map.ts';
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
