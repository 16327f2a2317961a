import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSchedule } from '../../src/domain/schedule.ts';
import { localText, resolveLocal, zoneNamed } from '../../src/domain/zoned-time.ts';

const iso = (resolved: ReturnType<typeof resolveLocal>) =>
  'instant' in resolved ? resolved.instant.toISOString() : resolved.fault;

test.each([
  ['2026-12-01T18:00', 'Europe/Berlin', '2026-12-01T17:00:00.000Z'],
  ['2026-07-01T18:00', 'Europe/Berlin', '2026-07-01T16:00:00.000Z'],
  ['2026-12-01T18:00:30', 'Asia/Kathmandu', '2026-12-01T12:15:30.000Z'],
  ['2026-12-01T18:00', 'America/New_York', '2026-12-01T23:00:00.000Z'],
  ['2028-02-29T00:00', 'UTC', '2028-02-29T00:00:00.000Z'],
])('%s in %s is %s', (local, zone, instant) => {
  expect(iso(resolveLocal(local, zone))).toBe(instant);
});

test('a time that the spring change skips is refused with both ways to mean it, and resolved as the merchant says', () => {
  expect(iso(resolveLocal('2027-03-28T02:30', 'Europe/Berlin'))).toBe(
    'does not exist in Europe/Berlin, since clocks go forward: say earlier (2027-03-28T01:30+01:00) or later (2027-03-28T03:30+02:00)',
  );
  expect(iso(resolveLocal('2027-03-28T02:30', 'Europe/Berlin', 'earlier'))).toBe('2027-03-28T00:30:00.000Z');
  expect(iso(resolveLocal('2027-03-28T02:30', 'Europe/Berlin', 'later'))).toBe('2027-03-28T01:30:00.000Z');
  for (const near of ['2027-03-28T01:59:59', '2027-03-28T03:00'])
    expect(resolveLocal(near, 'Europe/Berlin')).toHaveProperty('instant');
});

test('a time that the autumn change brings twice is refused with both, and resolved as the merchant says', () => {
  expect(iso(resolveLocal('2027-10-31T02:30', 'Europe/Berlin'))).toBe(
    'happens twice in Europe/Berlin, since clocks go back: say earlier (2027-10-31T02:30+02:00) or later (2027-10-31T02:30+01:00)',
  );
  expect(iso(resolveLocal('2027-10-31T02:30', 'Europe/Berlin', 'earlier'))).toBe('2027-10-31T00:30:00.000Z');
  expect(iso(resolveLocal('2027-10-31T02:30', 'Europe/Berlin', 'later'))).toBe('2027-10-31T01:30:00.000Z');
  for (const near of ['2027-10-31T01:59:59', '2027-10-31T03:00'])
    expect(resolveLocal(near, 'Europe/Berlin')).toHaveProperty('instant');
});

test('days that do not exist are no times, and offsets and inventions are no zones', () => {
  for (const local of ['2026-02-30T10:00', '2027-02-29T10:00', '2026-13-01T10:00', '2026-12-01T25:00'])
    expect(iso(resolveLocal(local, 'UTC'))).toMatch(/must be a date that exists/);
  expect(zoneNamed('europe/berlin')).toBe('Europe/Berlin');
  for (const name of ['+02:00', 'Mars/Olympus', '', '../etc', 'Europe', '-1'])
    expect(zoneNamed(name), name).toBeUndefined();
});

test('what is shown by the clocks of a zone means the same instant again', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
      fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'UTC', 'Asia/Tehran'),
      (date, zone) => {
        const instant = new Date(Math.floor(date.getTime() / 1000) * 1000);
        const text = localText(instant, zone);
        expect(new Date(text)).toEqual(instant);
        const local = text.slice(0, 19);
        const choices = [resolveLocal(local, zone, 'earlier'), resolveLocal(local, zone, 'later')].map(iso);
        expect(choices).toContain(instant.toISOString());
      },
    ),
  );
});

test('an instant and a clock time for the same thing contradict each other', () => {
  const { faults } = readSchedule(
    { timeZone: 'Nowhere/Here', opensAt: '2026-12-01T17:00:00Z', opensAtLocal: '2026-12-01T18:00' },
    'UTC',
  );
  expect(faults.map(({ path }) => path)).toEqual(['/timeZone', '/opensAtLocal']);
});
