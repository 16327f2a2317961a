import { expect, test } from 'vitest';
import { tauDistance } from '../../lib/tau-distance.ts';

test('the same order has distance 0, whoever is missing from it', () => {
  expect(tauDistance(['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd'])).toBe(0);
  expect(tauDistance(['a', 'b', 'c', 'd'], ['b', 'new', 'd'])).toBe(0);
  expect(tauDistance([], [])).toBe(0);
});

test('each pair that stands the other way round counts once; a reversed line has all of them', () => {
  expect(tauDistance(['a', 'b', 'c', 'd'], ['a', 'c', 'b', 'd'])).toBe(1);
  expect(tauDistance(['a', 'b', 'c', 'd'], ['d', 'a', 'b', 'c'])).toBe(3);
  const line = Array.from({ length: 1001 }, (_, at) => `${at}`);
  expect(tauDistance(line, line.toReversed())).toBe((1001 * 1000) / 2);
});
