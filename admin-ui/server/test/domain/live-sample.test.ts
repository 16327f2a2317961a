import { expect, test } from 'vitest';
import { HISTORY_COLUMNS, historyOf } from '../../src/domain/live-history.ts';
import { type LiveState, type SampleOptions, sampleOf } from '../../src/domain/live-sample.ts';

const NOW_US = 1_800_000_000_000_000;

const state: LiveState = {
  nowUs: NOW_US,
  phase: 'open',
  policyVersion: 3,
  lobbyOpensUs: NOW_US - 2_000_000,
  opensUs: NOW_US - 1_000_000,
  closesUs: 0,
  overrideUntilUs: 0,
  healUntilUs: 0,
  dropClockUs: 5_000_500,
  ratePerMinute: 300,
  rampFromPerMinute: 0,
  rampStartsUs: 0,
  rampEndsUs: 0,
  maxSessions: 0,
  isStockBound: true,
  overbook: 1,
  tokenUs: 600_000_000,
  holdUs: 480_000_000,
  bucket: 0,
  leaseCredit: 0,
  ignoreCapacityUntilUs: 0,
  waiting: 100,
  called: 5,
  present: 4,
  sessions: 10,
  joinedTotal: 200,
  enteredTotal: 60,
  leftTotal: 1,
  missedTotal: 2,
  boughtTotal: 40,
  calledRecently: 9,
  shownRecently: 8,
  capacityAtUs: NOW_US - 1_000_000,
  sellable: 50,
  held: 3,
  insideByCheckout: 9,
  forgotten: 0,
  insideWithHold: 3,
  vitals: { latencyMs: 12, errorRate: 0, breaker: 'closed', poolWaitMs: 1 },
};

const sample = (more: Partial<LiveState> = {}, options: Partial<SampleOptions> = {}) =>
  sampleOf({
    state: { ...state, ...more },
    before: undefined,
    instances: [],
    units: undefined,
    nowMs: 1000,
    ledgerDownSinceMs: null,
    ...options,
  });

test('a second is told by Redis’s clock, and rates of it against the second before', () => {
  const before = { ...state, nowUs: NOW_US - 2_000_000, enteredTotal: 50, joinedTotal: 200 };
  expect(sample({}, { before })).toMatchObject({
    at: '2027-01-15T08:00:00.000Z',
    rate: { setPerMinute: 300, targetPerMinute: 300, achievedPerSecond: 5, joinsPerSecond: 0 },
    limit: 'rate',
    dropClockMs: 5000,
    isDropClockRunning: true,
    line: { waiting: 100, called: 5, checkedIn: 4, inside: 10, showRate: 0.9 },
  });
});

test('what nobody can know yet is null, never 0', () => {
  expect(sample({ enteredTotal: 10, boughtTotal: 0, capacityAtUs: 0 })).toMatchObject({
    rate: { achievedPerSecond: null, joinsPerSecond: null },
    conversion: null,
    capacity: null,
    units: null,
  });
  // A clock that stands still or goes back divides nothing.
  for (const nowUs of [NOW_US, NOW_US + 1])
    expect(sample({}, { before: { ...state, nowUs } }).rate.achievedPerSecond).toBeNull();
  // Nor has anybody un-entered after a loss.
  const before = { ...state, nowUs: NOW_US - 1_000_000, enteredTotal: 61 };
  expect(sample({}, { before }).rate.achievedPerSecond).toBe(0);
});

test('conversion is of those who are through: 40 bought of 50', () => {
  expect(sample().conversion).toBe(0.8);
});

test('a ramp: what is set now, where it goes, when it is there', () => {
  const ramp = {
    ratePerMinute: 600,
    rampFromPerMinute: 300,
    rampStartsUs: NOW_US - 1_000_000,
    rampEndsUs: NOW_US + 2_000_000,
  };
  expect(sample(ramp).rate).toMatchObject({
    setPerMinute: 400,
    targetPerMinute: 600,
    rampEndsAt: '2027-01-15T08:00:02.000Z',
  });
  expect(sample({ ...ramp, rampEndsUs: NOW_US }).rate).toMatchObject({ setPerMinute: 600, rampEndsAt: null });
});

test('Q30: how old the checkout’s report is, and from when on nobody is let in by it', () => {
  const capacity = (ageUs: number, more: Partial<LiveState> = {}) =>
    sample({ capacityAtUs: NOW_US - ageUs, ...more }).capacity;
  expect(capacity(10_000_000)).toMatchObject({ ageMs: 10_000, isSilent: false, ignoredUntil: null });
  expect(capacity(10_000_001)).toMatchObject({ isSilent: true });
  expect(capacity(10_000_001, { isStockBound: false })).toMatchObject({ isSilent: false });
  expect(capacity(11_000_000, { ignoreCapacityUntilUs: NOW_US + 1_000_000 })).toMatchObject({
    ignoredUntil: '2027-01-15T08:00:01.000Z',
  });
});

test('what comes by itself: lobby, opening, end of an override, close', () => {
  const [soon, later] = [NOW_US + 1_000_000, NOW_US + 2_000_000];
  const next = (more: Partial<LiveState>) => sample(more).next?.phase;
  expect(next({ phase: 'scheduled', lobbyOpensUs: soon, opensUs: later })).toBe('lobby');
  expect(next({ phase: 'scheduled', lobbyOpensUs: soon, opensUs: soon })).toBe('open');
  expect(next({ phase: 'lobby', opensUs: later })).toBe('open');
  expect(next({ phase: 'healing', healUntilUs: later })).toBe('open');
  expect(next({ phase: 'pass_through', overrideUntilUs: soon, closesUs: later })).toBe('resumed');
  expect(next({ closesUs: later })).toBe('closed');
  expect(next({})).toBeUndefined();
  expect(next({ phase: 'closed', closesUs: NOW_US })).toBeUndefined();
});

test('Q4: the drop clock is shown standing where it stands', () => {
  for (const phase of ['paused', 'queue_all', 'sold_out', 'closed', 'healing', 'lobby'] as const)
    expect([phase, sample({ phase }).isDropClockRunning]).toEqual([phase, false]);
});

test('the ages of the checkout’s ledger and of the outage of ours are told', () => {
  expect(
    sample({}, { units: { sold: 5, total: 9, atMs: 400 }, ledgerDownSinceMs: 250, nowMs: 1000 }),
  ).toMatchObject({
    units: { sold: 5, total: 9, ageMs: 600 },
    ledger: { isAnswering: false, downForMs: 750 },
  });
});

test('a history has a column of one value a sample for each figure, null where it was unknown', () => {
  const history = historyOf([sample({ capacityAtUs: 0 }), sample()]);
  expect(Object.keys(history)).toEqual(HISTORY_COLUMNS);
  for (const column of Object.values(history)) expect(column).toHaveLength(2);
  expect(history).toMatchObject({
    at: [NOW_US / 1000, NOW_US / 1000],
    sellable: [null, 50],
    setPerSecond: [5, 5],
  });
});
