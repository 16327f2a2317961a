import { expect, test } from 'vitest';
import { Outflow } from '../../src/domain/outflow.ts';

test('the pace is measured over the last half minute, and not told from less than three seconds', () => {
  const outflow = new Outflow();
  expect(outflow.measure(0, 0)).toBe(0);
  expect(outflow.measure(10, 2999)).toBe(0);
  expect(outflow.measure(15, 3000)).toBe(300);
  for (let ms = 3500; ms <= 60_000; ms += 500) outflow.measure(15 + (ms - 3000) / 100, ms);
  expect(outflow.measure(15 + 570 + 5, 60_500)).toBeCloseTo(600, -1);
  // Half a minute later nothing of that is left.
  for (let ms = 61_000; ms <= 91_000; ms += 500) outflow.measure(590, ms);
  expect(outflow.measure(590, 91_500)).toBe(0);
});

test('a total or a clock that goes back starts the measurement anew, never below zero', () => {
  const outflow = new Outflow();
  outflow.measure(100, 0);
  outflow.measure(200, 10_000);
  expect(outflow.measure(50, 20_000)).toBe(0);
  expect(outflow.measure(60, 30_000)).toBe(60);
  expect(outflow.measure(61, 5000)).toBe(0);
});
