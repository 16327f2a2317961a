import { expect, test } from 'vitest';
import { RedisClock } from '../../src/queue/redis-clock.ts';

test('Q2: a deadline is the last seen Redis time, what the monotonic clock counted since, and the time-out', () => {
  let monotonicMs = 1000;
  const clock = new RedisClock(() => monotonicMs);
  clock.see(5_000_000);
  monotonicMs += 250;
  expect(clock.nowUs()).toBe(5_250_000);
  expect(clock.deadlineUs(800)).toBe(6_050_000);
});

test('Q2: before any reply every deadline has passed: nothing is done on a guess', () => {
  expect(new RedisClock(() => 9e9).deadlineUs(800)).toBe(0);
});

test('the newest reply counts, also when another server’s clock is behind', () => {
  const clock = new RedisClock(() => 0);
  clock.see(9_000_000);
  clock.see(2_000_000);
  expect(clock.nowUs()).toBe(2_000_000);
});
