/** The days of a month as weeks, the first day of the week by locale. */
import { Temporal } from 'temporal-polyfill';

/** @param month `2026-12`; @param firstDay 1 Monday … 7 Sunday; @returns weeks of seven dates `2026-12-01`, days of other months with them */
export function weeksOf(month: string, firstDay: number): string[][] {
  const first = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 1 });
  const start = first.subtract({ days: (first.dayOfWeek - firstDay + 7) % 7 });
  const last = first.add({ months: 1 }).subtract({ days: 1 });
  const weeks: string[][] = [];
  for (let day = start; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 7 }))
    weeks.push(Array.from({ length: 7 }, (_, index) => day.add({ days: index }).toString()));
  return weeks;
}

export const monthAfter = (month: string, months: number): string =>
  Temporal.PlainYearMonth.from(month).add({ months }).toString();

/** The day of an instant by the clocks of a zone. */
export const dayOf = (at: string, zone: string): string =>
  Temporal.Instant.from(at).toZonedDateTimeISO(zone).toPlainDate().toString();
