/**
 * Times as merchants state them, a date and a clock in their own zone, and the instants they mean. Where the clocks
 * change a time may not exist, or exist twice: then the merchant decides, never this code.
 */

import { Temporal } from 'temporal-polyfill';
import type { Reason } from './reasons.ts';

/** Which of two instants is meant where the clocks change: before or after the change. */
export type Choice = 'earlier' | 'later';

export type Resolved = { readonly instant: Date } | { readonly fault: Reason };

/** As a merchant writes it: no offset, no zone. */
export const LOCAL_TIME = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?$';

/** The zone's name as IANA writes it; undefined for none. Offsets are no zones: they know no summer. */
export function zoneNamed(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Temporal.ZonedDateTime(0n, name).timeZoneId;
  } catch {
    return undefined;
  }
}

/** @param zone as {@link zoneNamed} gives it */
export function resolveLocal(local: string, zone: string, choice?: Choice): Resolved {
  let time: Temporal.PlainDateTime;
  try {
    time = Temporal.PlainDateTime.from(local, { overflow: 'reject' });
  } catch {
    return { fault: 'must be a date that exists, like 2026-12-01T18:00' };
  }
  const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
    time.toZonedDateTime(zone, { disambiguation }),
  ) as [Temporal.ZonedDateTime, Temporal.ZonedDateTime];
  if (earlier.equals(later)) return { instant: new Date(earlier.epochMilliseconds) };
  if (choice) return { instant: new Date((choice === 'earlier' ? earlier : later).epochMilliseconds) };
  const [first, second] = [clockOf(earlier), clockOf(later)];
  return {
    fault: earlier.toPlainDateTime().equals(time)
      ? `happens twice in ${zone}, since clocks go back: say earlier (${first}) or later (${second})`
      : `does not exist in ${zone}, since clocks go forward: say earlier (${first}) or later (${second})`,
  };
}

/** `2026-12-01T18:00:00+01:00`: the clock of the zone, with the offset that makes it an instant. */
export function localText(instant: Date, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: 'never', smallestUnit: 'second' });
}

function clockOf(time: Temporal.ZonedDateTime): string {
  return time.toString({ timeZoneName: 'never', smallestUnit: 'minute' });
}
