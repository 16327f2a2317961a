import fc from 'fast-check';
import { expect, test } from 'vitest';
import { occurrencesOf, type Recurrence, recurrenceFaults } from '../../src/domain/recurrence.ts';
import { occurrenceId, SERIES_ID } from '../../src/domain/series.ts';

const berlin = (rrule: string, more: Partial<Recurrence> = {}): Recurrence => ({
  ...{ rrule, startsLocal: '2026-01-01T18:00', timeZone: 'Europe/Berlin', choice: null, skipped: [] },
  ...more,
});
const between = (rule: Recurrence, from: string, until: string) =>
  occurrencesOf(rule, new Date(from), new Date(until)).map(
    ({ local, opensAt }) => `${local} ${opensAt.toISOString()}`,
  );
const NOW = new Date('2026-01-01T00:00:00Z');

test('a clock time stays that clock time when the clocks change, and is another instant', () => {
  expect(between(berlin('FREQ=WEEKLY;BYDAY=TH'), '2026-03-20T00:00:00Z', '2026-04-03T00:00:00Z')).toEqual([
    '2026-03-26T18:00 2026-03-26T17:00:00.000Z',
    '2026-04-02T18:00 2026-04-02T16:00:00.000Z',
  ]);
});

test('where the clocks change nothing is guessed: a rule that falls there is refused by day, until it says which', () => {
  const nightly = berlin('FREQ=DAILY', { startsLocal: '2026-01-01T02:30' });
  const faults = recurrenceFaults(nightly, NOW);
  expect(faults).toContainEqual({
    path: '/choice',
    reason: expect.stringMatching(/^is needed: 2026-03-29T02:30 does not exist in Europe\/Berlin/),
  });
  expect(faults).toContainEqual({
    path: '/choice',
    reason: expect.stringMatching(/^is needed: 2026-10-25T02:30 happens twice in Europe\/Berlin/),
  });
  const window = ['2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z'] as const;
  expect(() => between(nightly, ...window)).toThrow(RangeError);
  for (const choice of ['earlier', 'later'] as const) {
    expect(recurrenceFaults({ ...nightly, choice }, NOW)).toEqual([]);
    expect(between({ ...nightly, choice }, ...window)).toEqual([
      choice === 'earlier'
        ? '2026-03-29T02:30 2026-03-29T00:30:00.000Z'
        : '2026-03-29T02:30 2026-03-29T01:30:00.000Z',
    ]);
  }
  const skipped = ['2026-03-29T02:30', '2026-10-25T02:30', '2027-03-28T02:30', '2027-10-31T02:30'];
  expect(recurrenceFaults({ ...nightly, skipped }, NOW)).toEqual([]);
});

test.each([
  ['the last Friday of a month', 'FREQ=MONTHLY;BYDAY=-1FR', ['2026-01-30T18:00', '2026-02-27T18:00']],
  [
    'every other week',
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=TH',
    ['2026-01-01T18:00', '2026-01-15T18:00', '2026-01-29T18:00', '2026-02-12T18:00', '2026-02-26T18:00'],
  ],
  ['three times', 'FREQ=WEEKLY;COUNT=3', ['2026-01-01T18:00', '2026-01-08T18:00', '2026-01-15T18:00']],
  [
    'until an instant, inclusive',
    'FREQ=DAILY;UNTIL=20260103T170000Z',
    ['2026-01-01T18:00', '2026-01-02T18:00', '2026-01-03T18:00'],
  ],
  ['until a second earlier', 'FREQ=DAILY;UNTIL=20260103T165959Z', ['2026-01-01T18:00', '2026-01-02T18:00']],
  [
    'twice a day',
    'FREQ=DAILY;BYHOUR=9,18;COUNT=4',
    ['2026-01-01T18:00', '2026-01-02T09:00', '2026-01-02T18:00', '2026-01-03T09:00'],
  ],
])('%s: %s', (_what, rrule, locals) => {
  const found = occurrencesOf(berlin(rrule), NOW, new Date('2026-03-01T00:00:00Z'));
  expect(found.map(({ local }) => local)).toEqual(locals);
});

test('what is left out does not occur, and only what would occur can be left out', () => {
  const rule = berlin('FREQ=DAILY;COUNT=3', { skipped: ['2026-01-02T18:00'] });
  expect(occurrencesOf(rule, NOW, new Date('2026-02-01')).map(({ local }) => local)).toEqual([
    '2026-01-01T18:00',
    '2026-01-03T18:00',
  ]);
  expect(recurrenceFaults({ ...rule, skipped: ['2026-01-02T18:30'] }, NOW)).toEqual([
    { path: '/skipped', reason: 'names 2026-01-02T18:30, at which nothing occurs' },
  ]);
});

test.each([
  ['FREQ=HOURLY', 'needs FREQ, one of DAILY, WEEKLY, MONTHLY, YEARLY'],
  ['INTERVAL=2', 'needs FREQ'],
  ['FREQ=DAILY;FREQ=WEEKLY', 'says something twice'],
  ['FREQ=DAILY;BYMINUTE=0,1,2', 'has "BYMINUTE"'],
  ['FREQ=DAILY\nDTSTART:20260101T000000Z', 'must be parts like'],
  ['FREQ=DAILY;COUNT=-1', 'has a COUNT'],
  ['FREQ=DAILY;COUNT=0', 'has a COUNT'],
  ['FREQ=DAILY;UNTIL=20270101', 'has an UNTIL'],
  ['FREQ=DAILY;INTERVAL=0', 'has INTERVAL=0, which does not exist'],
  ['FREQ=WEEKLY;BYDAY=XX', 'has BYDAY=XX, which does not exist'],
  ['FREQ=WEEKLY;BYDAY=', 'has BYDAY=, which does not exist'],
  ['FREQ=MONTHLY;BYDAY=54MO', 'has BYDAY=54MO'],
  ['FREQ=MONTHLY;BYMONTHDAY=32', 'has BYMONTHDAY=32'],
  ['FREQ=DAILY;BYHOUR=24', 'has BYHOUR=24'],
  ['FREQ=DAILY;WKST=1MO', 'has WKST=1MO'],
  ['FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z', 'has COUNT, which can not stand beside UNTIL'],
  ['FREQ=WEEKLY;BYMONTHDAY=3', 'has BYMONTHDAY, which can not stand beside FREQ=WEEKLY'],
  ['FREQ=MONTHLY;BYWEEKNO=3', 'has BYWEEKNO, which can not stand beside FREQ=MONTHLY'],
  ['FREQ=DAILY;BYYEARDAY=3', 'has BYYEARDAY, which can not stand beside FREQ=DAILY'],
  ['FREQ=WEEKLY;BYDAY=1MO', 'counts the days of BYDAY'],
  ['FREQ=YEARLY;BYWEEKNO=7;BYDAY=1MO', 'counts the days of BYDAY'],
  ['FREQ=DAILY;BYSETPOS=1', 'has BYSETPOS, which needs another part'],
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'gives no drop'],
  ['FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8', 'must give less than'],
])('promise 8: the rule %j is refused: %s', (rrule, reason) => {
  expect(recurrenceFaults(berlin(rrule), NOW)).toEqual([
    { path: '/rrule', reason: expect.stringMatching(new RegExp(`^(${reason})`)) },
  ]);
});

test('promise 8: whatever is sent as a rule is judged, in time, and never breaks', () => {
  const part = fc.constantFrom(
    'FREQ=DAILY',
    'FREQ=YEARLY',
    'COUNT=7',
    'BYDAY=1MO',
    'BYSETPOS=-1',
    'BYWEEKNO=53',
    'BYMONTHDAY=31',
    '',
    '=',
    'WKST=SU',
    'BYYEARDAY=366',
    'BYHOUR=24',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part, { maxLength: 5 }).map((parts) => parts.join(';')),
      ),
      (rrule) => {
        const faults = recurrenceFaults(berlin(rrule), NOW);
        if (faults.length === 0)
          expect(occurrencesOf(berlin(rrule), NOW, new Date('2026-06-01'))).toBeDefined();
      },
    ),
    { numRuns: 300 },
  );
});

test('an id says series, day and time, and is one of a drop', () => {
  const longest = 'a'.repeat(26);
  expect(longest).toMatch(new RegExp(SERIES_ID));
  expect(occurrenceId(longest, '2026-12-01T18:00')).toBe(`${longest}-20261201-1800`);
  expect(occurrenceId(longest, '2026-12-01T18:00')).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/);
});
