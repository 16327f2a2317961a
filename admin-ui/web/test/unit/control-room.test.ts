// What the control room works out by itself: steps of the rate, what was typed, the history, ages.

import { expect, test } from 'vitest';
import type { LiveHistory, LiveSample } from '../../src/api/contract.ts';
import { latestUndoable } from '../../src/pages/control-room/act-words.ts';
import { chartDataOf, tableRowsOf } from '../../src/pages/control-room/chart-data.ts';
import { hear, NOTHING_YET, redisNowMs } from '../../src/pages/control-room/live-series.ts';
import { readRate, stepped } from '../../src/pages/control-room/rate-steps.ts';
import { spanOf } from '../../src/pages/control-room/words.ts';

test('4.12: a step is about a tenth in round numbers, and stays within the bounds', () => {
  expect([300, 1200, 95, 9, 1, 0].map((rate) => stepped(rate, 1))).toEqual([330, 1300, 105, 10, 2, 10]);
  expect([300, 1, 0].map((rate) => stepped(rate, -1))).toEqual([270, 0, 0]);
  expect(stepped(999_999, 1)).toBe(1_000_000);
  for (let rate = 1; rate < 1_000_000; rate = stepped(rate, 1)) {
    expect(stepped(rate, 1)).toBeGreaterThan(rate);
    // Never so much that the server would ask.
    expect(stepped(rate, 1)).toBeLessThanOrEqual(rate * 2);
  }
});

test('4.12: a rate is typed as people write numbers; what is none is none', () => {
  expect(['1200', '1,200', '1.200', '1’200', ' 1 200 ', '0'].map(readRate)).toEqual([
    1200, 1200, 1200, 1200, 1200, 0,
  ]);
  for (const text of ['', 'many', '-5', '1e3', '1000001', '0x10', '12a'])
    expect([text, readRate(text)]).toEqual([text, undefined]);
});

const AT = Date.parse('2026-11-26T18:00:00.000Z');
const sample = (seconds: number, waiting = 5): LiveSample => ({
  at: new Date(AT + seconds * 1000).toISOString(),
  phase: 'open',
  next: null,
  dropClockMs: 0,
  isDropClockRunning: true,
  policyVersion: 1,
  limit: 'rate',
  rate: { setPerMinute: 90, targetPerMinute: 90, rampEndsAt: null, achievedPerSecond: 1, joinsPerSecond: 0 },
  maxSessions: null,
  line: { waiting, called: 0, checkedIn: 0, inside: 0, showRate: 1 },
  totals: { joined: 0, entered: 0, left: 0, missed: 0, bought: 0 },
  conversion: null,
  capacity: null,
  units: null,
  instances: { total: 1, onVersion: 1, laggards: [] },
  ledger: { isAnswering: true, downForMs: 0 },
});

const heard = (...seconds: number[]) =>
  seconds.reduce(
    (picture, at) => hear(picture, { is: 'sample', sample: sample(at) }, AT + at * 1000),
    NOTHING_YET,
  );

test('4.14: what is heard last decides whether the numbers are of now; they stay when nothing is heard', () => {
  expect(NOTHING_YET.sight).toBe('waiting');
  const live = heard(0, 1);
  expect(live).toMatchObject({ sight: 'live', sample: { line: { waiting: 5 } } });
  const lost = hear(live, { is: 'lost' }, AT);
  expect(lost).toMatchObject({ sight: 'lost', sample: live.sample, sampleReceivedMs: AT + 1000 });
  const blind = hear(live, { is: 'blind', why: 'redis-away' }, AT);
  expect(blind).toMatchObject({ sight: 'blind', blindWhy: 'redis-away', sample: live.sample });
  expect(hear(blind, { is: 'sample', sample: sample(9) }, AT)).toMatchObject({
    sight: 'live',
    blindWhy: null,
  });
  expect(redisNowMs(live, AT + 1500)).toBe(AT + 1500);
});

test('4.12: a second that is told twice stands in the history once, and what was missed is put where it belongs', () => {
  const live = heard(0, 1, 1, 2);
  expect(live.history?.at).toEqual([0, 1, 2].map((at) => AT + at * 1000));
  const missed = heard(1, 2, 3, 4).history as LiveHistory;
  expect(hear(live, { is: 'missed', history: missed }, AT).history?.at).toEqual(
    [0, 1, 2, 3, 4].map((at) => AT + at * 1000),
  );
  const full = heard(...Array.from({ length: 905 }, (_, at) => at));
  expect(full.history?.waiting).toHaveLength(900);
});

test('4.14: no line is drawn over seconds that nobody saw', () => {
  const { history } = heard(0, 1, 10, 11);
  const [times, waiting] = chartDataOf(history, ['waiting']);
  expect(times).toEqual([0, 1, 2, 10, 11].map((at) => AT / 1000 + at));
  expect(waiting).toEqual([5, 5, null, 5, 5]);
  expect(chartDataOf(null, ['waiting', 'inside'])).toEqual([[], [], []]);
});

test('4.12: the table beside a chart has the newest row first, one in ten seconds', () => {
  const { history } = heard(...Array.from({ length: 31 }, (_, at) => at));
  const rows = tableRowsOf(history, ['waiting', 'sold'], { everySeconds: 10, rows: 3 });
  expect(rows.map(({ at }) => (at - AT) / 1000)).toEqual([30, 20, 10]);
  expect(rows[0]?.values).toEqual([5, null]);
});

test('4.5: the act that U takes back is the latest that has a way back', () => {
  const act = (name: string, seq: number | null, isUndone = false) => ({
    ...{ seq, at: '', actor: '', from: null, to: null, reason: null },
    ...{ act: name, isUndone },
  });
  const acts = [
    act('drop.pause', null),
    act('undo', 5),
    act('rate.change', 4, true),
    act('page.change', 3),
    act('drop.create', 1),
  ];
  expect(latestUndoable(acts)?.seq).toBe(3);
  expect(latestUndoable([act('drop.close', 2), act('drop.create', 1)])).toBeUndefined();
});

test('spans are told as a clock tells them', () => {
  expect([0, -5, 900, 61_000, 3_723_000, 200_000_000].map(spanOf)).toEqual([
    '0:00',
    '0:00',
    '0:01',
    '1:01',
    '1:02:03',
    '2 d 7 h',
  ]);
});
