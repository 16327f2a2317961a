/** What may stand in a rule of recurrence here, part by part: whatever the library would refuse is refused before, in words of ours. */
import type { Reason } from './reasons.ts';

/** Drops of a series open at most once an hour: what recurs faster is no drop. */
const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const DAY = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/;
/** Of a year. */
const WEEKS_MAX = 53;
const DAYS_MAX = 366;

/** RFC 5545, section 3.3.10: what each part takes. What has a reason of its own for its value is checked apart. */
const PARTS: Readonly<Record<string, (value: string) => boolean>> = {
  FREQ: () => true,
  INTERVAL: (value) => /^[1-9]\d{0,3}$/.test(value),
  COUNT: () => true,
  UNTIL: () => true,
  BYDAY: (value) => value.split(',').every(isDay),
  BYMONTH: numbers(1, 12),
  BYMONTHDAY: numbers(1, 31, true),
  BYSETPOS: numbers(1, DAYS_MAX, true),
  WKST: (value) => DAY.exec(value)?.[1] === undefined && DAY.test(value),
  BYYEARDAY: numbers(1, DAYS_MAX, true),
  BYWEEKNO: numbers(1, WEEKS_MAX, true),
  BYHOUR: numbers(0, 23),
};

/** @returns why it is none that is taken here; undefined: it can be expanded */
export function ruleFault(rrule: string): Reason | undefined {
  // A line break would begin another property of a calendar file.
  if (!/^[A-Z0-9=;,+-]+$/.test(rrule)) return 'must be parts like FREQ=WEEKLY;BYDAY=TH';
  const parts = rrule.split(';').map((part): [name: string, value: string] => {
    const [name = '', ...value] = part.split('=');
    return [name, value.join('=')];
  });
  const unknown = parts.find(([name]) => !(name in PARTS));
  if (unknown) return `has "${unknown[0]}", which is none of ${Object.keys(PARTS).join(', ')}`;
  const said = new Map(parts);
  if (said.size < parts.length) return 'says something twice';
  const frequency = said.get('FREQ') ?? '';
  if (!FREQUENCIES.includes(frequency)) return `needs FREQ, one of ${FREQUENCIES.join(', ')}`;
  if (!/^[1-9]\d{0,3}$/.test(said.get('COUNT') ?? '1')) return 'has a COUNT that is no number from 1 on';
  if (!/^\d{8}T\d{6}Z$/.test(said.get('UNTIL') ?? '20261231T230000Z'))
    return 'has an UNTIL that is not UTC, like 20261231T230000Z';
  const wrong = parts.find(([name, value]) => !PARTS[name]?.(value));
  if (wrong) return `has ${wrong[0]}=${wrong[1]}, which does not exist`;
  return besideFault(said, frequency);
}

/** What RFC 5545 does not let stand together. */
function besideFault(said: ReadonlyMap<string, string>, frequency: string): Reason | undefined {
  const isCounted =
    said
      .get('BYDAY')
      ?.split(',')
      .some((day) => DAY.exec(day)?.[1] !== undefined) ?? false;
  const together: readonly [part: string, other: string, isThere: boolean][] = [
    ['COUNT', 'UNTIL', said.has('UNTIL')],
    ['BYMONTHDAY', `FREQ=${frequency}`, frequency === 'WEEKLY'],
    ['BYWEEKNO', `FREQ=${frequency}`, frequency !== 'YEARLY'],
    ['BYYEARDAY', `FREQ=${frequency}`, frequency !== 'YEARLY'],
  ];
  const clash = together.find(([part, , isThere]) => isThere && said.has(part));
  if (clash) return `has ${clash[0]}, which can not stand beside ${clash[1]}`;
  if (isCounted && (['DAILY', 'WEEKLY'].includes(frequency) || said.has('BYWEEKNO')))
    return 'counts the days of BYDAY, which goes with months and years only, and not beside BYWEEKNO';
  if (said.has('BYSETPOS') && [...said.keys()].filter((part) => part.startsWith('BY')).length === 1)
    return 'has BYSETPOS, which needs another part that begins with BY';
  return undefined;
}

function isDay(text: string): boolean {
  const [known, count = '1'] = DAY.exec(text) ?? [];
  return known !== undefined && Math.abs(Number(count)) >= 1 && Math.abs(Number(count)) <= WEEKS_MAX;
}

/** @param isSigned -1 is the last one */
function numbers(min: number, max: number, isSigned = false): (value: string) => boolean {
  return (list) =>
    list.split(',').every((text) => {
      const number = Number(text);
      return (
        /^[+-]?\d{1,3}$/.test(text) &&
        (isSigned ? Math.abs(number) >= min && Math.abs(number) <= max : number >= min && number <= max)
      );
    });
}
