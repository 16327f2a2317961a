import { expect, test } from 'vitest';
import { ANNOUNCED_FOR_MS, callableReach, callableUntil } from '../../src/domain/callable.ts';
import { POLL_AFTER_MS_MAX } from '../../src/domain/wait.ts';

test('Q23: an announcement counts for longer than the longest sleep, with its spread of a tenth', () => {
  expect(ANNOUNCED_FOR_MS).toBeGreaterThan(POLL_AFTER_MS_MAX * 1.1);
});

test('Q23: as many are announced as can be called until the next announcement counts, also when half as many show up', () => {
  const needed = (300 / 60) * (ANNOUNCED_FOR_MS / 1000 + 15);
  expect(callableReach({ rateAheadPerMinute: 3000, showRate: 1 })).toBeGreaterThanOrEqual(10 * needed * 2);
  expect(callableReach({ rateAheadPerMinute: 3000, showRate: 0.5 })).toBeGreaterThanOrEqual(10 * needed * 4);
});

test('Q23: a rate that is set ten times higher finds a thousand awake, and no show rate announces a line without end', () => {
  expect(callableReach({ rateAheadPerMinute: 0, showRate: 1 })).toBe(1000);
  expect(callableReach({ rateAheadPerMinute: 60, showRate: 1 })).toBe(1000);
  expect(callableReach({ rateAheadPerMinute: 6000, showRate: 0 })).toBe(Math.ceil((100 * 56) / 0.05));
});

test('Q23: the announced order is that of the last ticket within reach', () => {
  const map = { ranks: [0, 1, 2, 10, 99], orders: [5, 6, 7, 20, 400], total: 100 };
  expect(callableUntil(map, 3, 0)).toBe(7);
  expect(callableUntil(map, 11, 0)).toBe(20);
  expect(callableUntil(map, 100, 0)).toBe(400);
  // Between two points the further one: announcing too many only makes some ask more often.
  expect(callableUntil(map, 5, 0)).toBe(20);
});

test('Q23: with the whole line within reach everyone is callable, and so is whoever comes before the next announcements count', () => {
  const map = { ranks: [0], orders: [5], total: 1 };
  expect(callableUntil(map, 1000, 1_000_000)).toBeGreaterThan(1_000_000 + ANNOUNCED_FOR_MS * 1000);
  expect(callableUntil({ ranks: [], orders: [], total: 0 }, 1000, 0)).toBeGreaterThan(
    ANNOUNCED_FOR_MS * 1000,
  );
});
