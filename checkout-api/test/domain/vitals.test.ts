import { expect, test } from 'vitest';
import { createVitals } from '../../src/domain/vitals.ts';

test('the figures are of the answers since they were last asked for', () => {
  const vitals = createVitals();
  for (let ms = 1; ms <= 100; ms++) vitals.record(ms, ms % 10 === 0);
  expect(vitals.take()).toEqual({ latencyMs: 95, errorRate: 0.1 });
  expect(vitals.take()).toEqual({ latencyMs: 0, errorRate: 0 });
  vitals.record(7, true);
  expect(vitals.take()).toEqual({ latencyMs: 7, errorRate: 1 });
});

test('of very many answers the latest count, and none is kept for ever', () => {
  const vitals = createVitals();
  for (let at = 0; at < 5000; at++) vitals.record(1000, false);
  for (let at = 0; at < 2000; at++) vitals.record(1, false);
  expect(vitals.take().latencyMs).toBe(1);
});
