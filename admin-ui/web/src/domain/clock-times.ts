/** Clock times in a zone, and the instants they may mean: none where clocks go forward, two where they go back. */
import { Temporal } from 'temporal-polyfill';

export type Meaning =
  | { readonly kind: 'one'; readonly at: string }
  /** `missing`: no clock there ever shows it; `twice`: they show it twice. The merchant says which is meant. */
  | { readonly kind: 'missing' | 'twice'; readonly earlier: Instant; readonly later: Instant };

export interface Instant {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** What the clocks of the zone show then, with the offset: `03:30 +02:00`. */
  readonly clock: string;
}

/** @param local `2026-10-25T02:30`; null for what is no date or no zone */
export function meaningOf(local: string, zone: string): Meaning | null {
  try {
    const time = Temporal.PlainDateTime.from(local, { overflow: 'reject' });
    const earlier = time.toZonedDateTime(zone, { disambiguation: 'earlier' });
    const later = time.toZonedDateTime(zone, { disambiguation: 'later' });
    if (earlier.equals(later)) return { kind: 'one', at: told(earlier).at };
    const exists = earlier.toPlainDateTime().equals(time);
    return { kind: exists ? 'twice' : 'missing', earlier: told(earlier), later: told(later) };
  } catch {
    return null;
  }
}

/** The clock in the zone, for a field that takes clock times: `2026-10-25T02:30`. */
export function localOf(at: string, zone: string): string {
  return Temporal.Instant.from(at)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });
}

function told(time: Temporal.ZonedDateTime): Instant {
  const clock = time.toPlainTime().toString({ smallestUnit: 'minute' });
  return { at: time.toInstant().toString({ smallestUnit: 'second' }), clock: `${clock} ${time.offset}` };
}
