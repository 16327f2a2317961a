import { expect, test } from 'vitest';
import type { Phase } from '../../src/domain/phase.ts';
import { nextTickMs, TICK_MS, type TickNeed } from '../../src/domain/tick-cadence.ts';

const OPENS_US = 1e15;
const drop = (more: Partial<TickNeed>): TickNeed => ({
  phase: 'open',
  openedUs: OPENS_US,
  opensUs: OPENS_US,
  closesUs: 0,
  waiting: 0,
  present: 0,
  sessions: 0,
  ...more,
});

test('2.6: a drop far from its opening, an empty one and an ended one need no tick', () => {
  const scheduled = drop({ phase: 'scheduled', openedUs: 0 });
  expect(nextTickMs(scheduled, OPENS_US - 5_001_000)).toBeNull();
  expect(nextTickMs(drop({}), OPENS_US)).toBeNull();
  expect(nextTickMs(drop({ phase: 'closed' }), OPENS_US)).toBeNull();
  expect(nextTickMs(drop({ phase: 'paused', waiting: 9 }), OPENS_US)).toBeNull();
});

test('a drop about to open is ticked when it opens, at once when it should have', () => {
  const scheduled = drop({ phase: 'lobby', openedUs: 0 });
  expect(nextTickMs(scheduled, OPENS_US - 5_000_000)).toBe(5000);
  expect(nextTickMs(scheduled, OPENS_US - 1)).toBe(1);
  expect(nextTickMs(scheduled, OPENS_US)).toBe(0);
  expect(nextTickMs(scheduled, OPENS_US + 9e6)).toBe(0);
});

test('a drop that closes before it opens, or is closed already, is never ticked to open it', () => {
  expect(nextTickMs(drop({ phase: 'lobby', openedUs: 0, closesUs: OPENS_US }), OPENS_US)).toBeNull();
  expect(nextTickMs(drop({ phase: 'closed', openedUs: 0 }), OPENS_US)).toBeNull();
});

test('Q27: while somebody waits or has checked in and the line moves, ticks come quickly, also while shoppers return', () => {
  for (const phase of ['open', 'draining', 'pass_through', 'healing'] as Phase[]) {
    expect(nextTickMs(drop({ phase, waiting: 1 }), OPENS_US)).toBe(TICK_MS);
    expect(nextTickMs(drop({ phase, present: 1 }), OPENS_US)).toBe(TICK_MS);
  }
  expect(nextTickMs(drop({ phase: 'drawing' }), OPENS_US)).toBe(TICK_MS);
});

test('where only sessions may run out, a tick a second does', () => {
  for (const phase of ['open', 'paused', 'sold_out', 'closed'] as Phase[])
    expect(nextTickMs(drop({ phase, sessions: 1 }), OPENS_US)).toBe(1000);
});
