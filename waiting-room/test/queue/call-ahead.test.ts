import { afterEach, expect, test } from 'vitest';
import { Line } from '../support/line.ts';
import { Crowd, type CrowdOptions } from '../support/simulated-crowd.ts';

/** As told: every 5 s at the most when the call may come, spread by a tenth. */
const atTheNextPoll: CrowdOptions['noticesAfterMs'] = (random) => random() * 5500;
/** One in five has the phone in a pocket. */
const someLate: CrowdOptions['noticesAfterMs'] = (random) =>
  random() < 0.2 ? 5500 + random() * 60_000 : random() * 5500;

const RATE = 300;
const BURST = 5;

let line: Line;
afterEach(() => line.close());

async function entriesPerMinute(
  showsUp: (minute: number) => number,
  noticesAfterMs: CrowdOptions['noticesAfterMs'],
  minutes: number,
): Promise<number[]> {
  line = await Line.create({ policy: { rate_per_minute: RATE } });
  const crowd = new Crowd({ line, seed: 7, showsUp, noticesAfterMs });
  await crowd.arrive(RATE * minutes * 2.5);
  const entries: number[] = [];
  for (let minute = 0; minute < minutes; minute++) entries.push(await crowd.minute());
  return entries;
}

function expectFull(entries: readonly number[]): void {
  for (const count of entries) expect(count, entries.join(' ')).toBeGreaterThanOrEqual(RATE * 0.95);
  const total = entries.reduce((sum, count) => sum + count, 0);
  expect(total).toBeLessThanOrEqual(RATE * entries.length + BURST);
}

test('2.7: with half of those called staying away, every minute from the second call window on brings 95 to 100 % of the rate', async () => {
  const entries = await entriesPerMinute(() => 0.5, atTheNextPoll, 12);
  expectFull(entries.slice(2));
}, 120_000);

test('2.7: so it does when no-shows jump from none to half and back', async () => {
  const entries = await entriesPerMinute((m) => (m < 4 || m >= 8 ? 1 : 0.5), atTheNextPoll, 12);
  expectFull(entries.slice(2));
}, 120_000);

test('2.7: and when one in five comes up to a minute late', async () => {
  const entries = await entriesPerMinute((m) => (m < 4 || m >= 8 ? 1 : 0.5), someLate, 12);
  expectFull(entries.slice(2));
}, 120_000);
