import { expect, test } from 'vitest';
import { judgeLoad, type LoadEvidence } from '../../verdict.ts';

/** A load in which nothing happened. */
const nothing: LoadEvidence = {
  summary: { metrics: {} },
  log: [],
  books: { stock: [], reservations: [], orders: [], charges: [], sessions: [] },
  stock: 10,
  policy: { ratePerMinute: 600, burst: 10, maxSessions: 20 },
  durabilityFaults: [],
};

test('a load in which nothing happened proves nothing', () => {
  expect(judgeLoad(nothing)).toMatchObject({ ok: false, faults: ['nobody entered', 'nobody bought'] });
});

test('a threshold that k6 found missed, and a store that does not write through, are faults', () => {
  const join = { values: { rate: 0.9 }, thresholds: { 'rate>0.99': { ok: false } } };
  const checks = { values: { rate: 1 }, thresholds: { 'rate>0.99': { ok: true } } };
  const { faults } = judgeLoad({
    ...nothing,
    summary: { metrics: { joins_acknowledged: join, checks } },
    durabilityFaults: ['fsync is off'],
  });
  expect(faults).toContain('threshold missed: joins_acknowledged rate>0.99');
  expect(faults).toContain('fsync is off');
  expect(faults.join()).not.toContain('checks');
});
