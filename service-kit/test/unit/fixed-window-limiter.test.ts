import { expect, test } from 'vitest';
import { FixedWindowLimiter } from '../../src/fixed-window-limiter.ts';

test('a key has its share of a window and no more; others are not touched; the next window is new', () => {
  const limiter = new FixedWindowLimiter({ max: 3, windowMs: 1000 });
  const takes = (key: string, nowMs: number, times: number) =>
    Array.from({ length: times }, () => limiter.take(key, nowMs));
  expect(takes('a', 0, 4)).toEqual([true, true, true, false]);
  expect(takes('b', 0, 1)).toEqual([true]);
  expect(takes('a', 999, 1)).toEqual([false]);
  expect([limiter.secondsLeft(0), limiter.secondsLeft(999)]).toEqual([1, 1]);
  expect(takes('a', 1000, 1)).toEqual([true]);
});

test('more keys than memory should hold start the window anew instead of growing', () => {
  const limiter = new FixedWindowLimiter({ max: 1, windowMs: 1_000_000 });
  limiter.take('first', 0);
  for (let at = 0; at <= 200_000; at++) limiter.take(`k${at}`, 0);
  expect(limiter.take('first', 0)).toBe(true);
});

test('who keeps the count of a key is counted with those who name it, in this window and the next', () => {
  const limiter = new FixedWindowLimiter({ max: 3, windowMs: 1000 });
  const kept = {};
  for (const startsMs of [0, 1000]) {
    expect(limiter.takeKept(kept, 'a', startsMs)).toBe(true);
    expect(limiter.take('a', startsMs + 1)).toBe(true);
    expect(limiter.takeKept(kept, 'a', startsMs + 2)).toBe(true);
    expect(limiter.takeKept(kept, 'a', startsMs + 3)).toBe(false);
    expect(limiter.take('a', startsMs + 4)).toBe(false);
    expect(limiter.takeKept({}, 'b', startsMs + 5)).toBe(true);
  }
});

test('a count that was kept while there were too many keys is of an earlier window', () => {
  const limiter = new FixedWindowLimiter({ max: 1, windowMs: 1_000_000 });
  const kept = {};
  expect(limiter.takeKept(kept, 'a', 0)).toBe(true);
  for (let key = 0; key <= 200_001; key++) limiter.take(`${key}`, 1);
  expect(limiter.takeKept(kept, 'a', 1)).toBe(true);
  expect(limiter.takeKept(kept, 'a', 1)).toBe(false);
});
