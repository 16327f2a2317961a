// Times as merchants say them: one instant, or a question that only they can answer.

import { expect, test } from 'vitest';
import { localOf, meaningOf } from '../../src/domain/clock-times.ts';
import { dayOf, monthAfter, weeksOf } from '../../src/domain/month.ts';

test('4.2: most clock times are one instant', () => {
  expect(meaningOf('2026-12-01T18:00', 'Europe/Berlin')).toEqual({ kind: 'one', at: '2026-12-01T17:00:00Z' });
});

test('4.2: where clocks go back a time is two instants', () => {
  expect(meaningOf('2026-10-25T02:30', 'Europe/Berlin')).toEqual({
    kind: 'twice',
    earlier: { at: '2026-10-25T00:30:00Z', clock: '02:30 +02:00' },
    later: { at: '2026-10-25T01:30:00Z', clock: '02:30 +01:00' },
  });
});

test('4.2: where clocks go forward a time is none, and the clocks before and after it are shown', () => {
  expect(meaningOf('2027-03-28T02:30', 'Europe/Berlin')).toEqual({
    kind: 'missing',
    earlier: { at: '2027-03-28T00:30:00Z', clock: '01:30 +01:00' },
    later: { at: '2027-03-28T01:30:00Z', clock: '03:30 +02:00' },
  });
});

test.each([
  ['2026-02-30T10:00', 'UTC'],
  ['', 'UTC'],
  ['2026-12-01T18:00', 'Nowhere/Atall'],
])('%s in %s means nothing', (local, zone) => {
  expect(meaningOf(local, zone)).toBeNull();
});

test('an instant is shown by the clocks of its zone', () => {
  expect(localOf('2026-12-01T17:00:00Z', 'Asia/Kolkata')).toBe('2026-12-01T22:30');
  expect(dayOf('2026-12-01T20:00:00Z', 'Asia/Tokyo')).toBe('2026-12-02');
});

test('a month is whole weeks, over the end of the year too', () => {
  const weeks = weeksOf('2026-12', 1);
  expect(weeks[0]?.[0]).toBe('2026-11-30');
  expect(weeks.at(-1)?.at(-1)).toBe('2027-01-03');
  expect(weeksOf('2027-02', 1)).toHaveLength(4);
  expect(monthAfter('2026-12', 1)).toBe('2027-01');
});
