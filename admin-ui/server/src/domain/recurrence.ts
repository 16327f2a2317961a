/**
 * Rules of recurrence (RFC 5545), by the clocks of a merchant's zone: 18:00 stays 18:00 through the year. The rule is expanded in
 * clock times, and each is an instant by domain/zoned-time.ts, so that nothing is guessed where the clocks change.
 */

import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import type { Fault } from './fault.ts';
import { ruleFault } from './recurrence-rule.ts';
import { type Choice, resolveLocal, zoneNamed } from './zoned-time.ts';

export interface Recurrence {
  /** RFC 5545 RRULE, without DTSTART. */
  readonly rrule: string;
  /** DTSTART by the clocks of the zone: 2026-12-01T18:00. */
  readonly startsLocal: string;
  readonly timeZone: string;
  /** Which is meant where the clocks change; null: no occurrence lies there. */
  readonly choice: Choice | null;
  /** EXDATE: clock times that are left out. */
  readonly skipped: readonly string[];
}

export interface Occurrence {
  readonly local: string;
  readonly opensAt: Date;
}

/** Looked at when a series is made: the clocks of two years. */
const CHECKED_DAYS = 731;
/** Of one look: a series of twenty drops a day for a month. */
export const OCCURRENCES_MAX = 800;

/** As occurrences are named: minutes, no seconds. */
const minuteOf = (text: string): string => text.slice(0, 16);

/**
 * Occurrences after `from` up to `until`, in order; those in the past of `startsLocal` there are none.
 * @throws RangeError for a rule that {@link recurrenceFaults} refuses
 */
export function occurrencesOf(rule: Recurrence, from: Date, until: Date): Occurrence[] {
  const { timeZone, choice, skipped } = rule;
  const found: Occurrence[] = [];
  for (const local of clockTimes(rule, from, until)) {
    if (skipped.includes(local)) continue;
    const resolved = resolveLocal(local, timeZone, choice ?? undefined);
    if ('fault' in resolved) throw new RangeError(`${local} ${resolved.fault}`);
    if (resolved.instant > from && resolved.instant <= until)
      found.push({ local, opensAt: resolved.instant });
  }
  return found;
}

/** What is wrong with a rule, as a whole; an occurrence of the next two years that falls where clocks change is. */
export function recurrenceFaults(rule: Recurrence, now: Date): Fault[] {
  const { rrule, startsLocal, timeZone, choice, skipped } = rule;
  const zone = zoneNamed(timeZone);
  if (zone === undefined) return [{ path: '/timeZone', reason: 'must be a zone like Europe/Berlin' }];
  const starts = resolveLocal(startsLocal, zone, choice ?? undefined);
  if ('fault' in starts) return [{ path: '/startsLocal', reason: starts.fault }];
  const fault = ruleFault(rrule);
  if (fault !== undefined) return [{ path: '/rrule', reason: fault }];
  const until = new Date(Math.max(now.getTime(), starts.instant.getTime()) + CHECKED_DAYS * 86_400_000);
  let times: string[];
  try {
    times = clockTimes(rule, new Date(Math.min(now.getTime(), starts.instant.getTime() - 1)), until);
  } catch {
    // The library gives up: a rule that is well formed, and is met too seldom to be looked for.
    return [{ path: '/rrule', reason: 'is not a rule of RFC 5545 that can be followed' }];
  }
  if (times.length >= OCCURRENCES_MAX)
    return [{ path: '/rrule', reason: `must give less than ${OCCURRENCES_MAX} drops in two years` }];
  const upcoming = times.filter((local) => !skipped.includes(local));
  if (upcoming.length === 0) return [{ path: '/rrule', reason: 'gives no drop in the next two years' }];
  const unknown = skipped.filter((local) => !times.includes(local));
  return [
    ...unknown.map(
      (local): Fault => ({ path: '/skipped', reason: `names ${local}, at which nothing occurs` }),
    ),
    ...upcoming.flatMap((local): Fault[] => {
      const resolved = resolveLocal(local, zone, choice ?? undefined);
      return 'fault' in resolved
        ? [{ path: '/choice', reason: `is needed: ${local} ${resolved.fault}` }]
        : [];
    }),
  ].slice(0, 5);
}

/** Clock times of the rule, as if the zone had no changes: 2026-12-01T18:00. A day more at both ends, whatever the offset. */
function clockTimes(rule: Recurrence, from: Date, until: Date): string[] {
  const { rrule, startsLocal, timeZone } = rule;
  const start = startsLocal.replaceAll(/[-:]/g, '').padEnd(15, '0');
  const text = rrule.replace(/UNTIL=(\d{8}T\d{6})Z/, (_, utc: string) => `UNTIL=${clockOf(utc, timeZone)}Z`);
  const expanded = new RRuleTemporal({
    rruleString: `DTSTART:${start}Z\nRRULE:${text}`,
    temporal: Temporal,
    strict: true,
  });
  const day = 86_400_000;
  return expanded
    .between(new Date(from.getTime() - day), new Date(until.getTime() + day), true)
    .slice(0, OCCURRENCES_MAX)
    .map((time) => minuteOf(time.toPlainDateTime().toString()));
}

/** An instant of UTC by the clocks of a zone, both as RFC 5545 writes them. */
function clockOf(utc: string, zone: string): string {
  const instant = Temporal.Instant.from(`${utc}Z`);
  const clock = instant.toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: 'second' });
  return clock.replaceAll(/[-:]/g, '');
}
