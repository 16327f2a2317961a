import { describe, expect, test } from 'vitest';
import { Histogram } from '../../bench/client/histogram.ts';
import { quantileOf, ratioOf, rounded, spreadOf, worstOf } from '../../bench/statistics.ts';

describe('the figures of a bench', () => {
  test('the ratio is the median of the pairs, not the ratio of the medians', () => {
    const pairs = [
      { baseline: 100, service: 50 },
      { baseline: 50, service: 30 },
      { baseline: 10, service: 9 },
    ];
    expect(ratioOf(pairs)).toEqual({ median: 0.6, min: 0.5, max: 0.9 });
  });

  test('the median of an even number of values is the mean of the middle two', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7 });
  });

  test('a quantile is a value that was measured: the least that so many do not exceed', () => {
    const values = Array.from({ length: 200 }, (_, n) => 200 - n);
    expect([0, 0.5, 0.99, 0.995, 1].map((share) => quantileOf(values, share))).toEqual([
      1, 100, 198, 199, 200,
    ]);
    expect(() => quantileOf([], 0.5)).toThrow(RangeError);
  });

  test('no values are refused instead of giving a figure', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });

  test('the number of connections with the worse ratio counts', () => {
    const levels = [64, 512, 8].map((connections, index) => ({
      connections,
      ratio: spreadOf([[0.9], [0.4], [0.5]][index] as number[]),
    }));
    expect(worstOf(levels).connections).toBe(512);
  });

  test('figures are rounded to significant digits', () => {
    expect(rounded(0.123456)).toBe(0.1235);
    expect(rounded(123456.789)).toBe(123500);
    expect(rounded(0.5, 2)).toBe(0.5);
  });
});

describe('latencies', () => {
  test('a quantile is at most 2 % above the latency it stands for', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1000; ms++) histogram.add(ms);
    for (const [share, exact] of [
      [0.5, 500],
      [0.99, 990],
      [1, 1000],
    ] as const) {
      expect(histogram.quantile(share)).toBeGreaterThanOrEqual(exact);
      expect(histogram.quantile(share)).toBeLessThanOrEqual(exact * 1.021);
    }
  });

  test('without a latency every quantile is 0, and absurd ones are kept in the last bucket', () => {
    const histogram = new Histogram();
    expect(histogram.quantile(0.99)).toBe(0);
    histogram.add(1e12);
    expect(histogram.quantile(0.5)).toBeGreaterThan(60_000);
  });
});
