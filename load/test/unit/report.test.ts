import { describe, expect, test } from 'vitest';
import { describeReport, reportOf } from '../../bench/report.ts';

const figures = {
  ...{ ratio: null, baseline: null, cpuRatio: null, storeCpuUs: null },
  ...{ value: 3, unit: 'ms', share: 0.9, p99Ms: 3 },
};
const metWith = (bars: Record<string, number>, limits?: Record<string, number>) =>
  reportOf('b', { ...figures, bars, ...(limits && { limits }) }, false).met;

describe('the verdict of a bench', () => {
  test('a bar is reached from the figure on, a limit up to it', () => {
    expect(metWith({ share: 0.9 }, { p99Ms: 3 })).toBe(true);
    expect(metWith({ share: 0.91 }, { p99Ms: 3 })).toBe(false);
    expect(metWith({ share: 0.9 }, { p99Ms: 2.9 })).toBe(false);
  });

  test('what was not measured is missed, not passed over', () => {
    expect(metWith({ nothing: 1 })).toBe(false);
    expect(metWith({}, { nothing: 1 })).toBe(false);
    expect(metWith({}, { ratio: 1 })).toBe(false);
  });

  test('people read which demand was missed', () => {
    const text = describeReport(
      reportOf('b', { ...figures, bars: { share: 1 }, limits: { p99Ms: 5 } }, false),
    );
    expect(text).toContain('share at least 1: MISSED (0.9)');
    expect(text).toContain('p99Ms at most 5: reached (3)');
    expect(text).toContain('b: 3 ms');
  });
});
