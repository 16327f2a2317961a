import { expect, test } from 'vitest';
import { deliveryPauseSeconds, deliveryTries } from '../../src/domain/events.ts';

test('a delivery is tried 12 times over about a day and a quarter, each pause at least as long as the last', () => {
  const pauses = Array.from(
    { length: deliveryTries - 1 },
    (_, at) => deliveryPauseSeconds(at + 1, 0.5) ?? Number.NaN,
  );
  expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
  expect(deliveryTries).toBe(12);
  expect(pauses.reduce((sum, pause) => sum + pause, 0) / 3600).toBeCloseTo(30.2, 0);
  expect(deliveryPauseSeconds(deliveryTries, 0.5)).toBeUndefined();
});

test('pauses differ by a fifth either way, so that those that failed together come apart', () => {
  expect(deliveryPauseSeconds(2, 0)).toBeCloseTo(24);
  expect(deliveryPauseSeconds(2, 1)).toBeCloseTo(36);
});
