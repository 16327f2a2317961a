/** When a drop opens and closes, from what a merchant has stated: instants, or clock times in a zone. */
import type { Fault } from './fault.ts';
import { type Choice, resolveLocal, zoneNamed } from './zoned-time.ts';

/** An opening may lie so far back: a request that travelled, and clocks that differ. Then it opens at once. */
const OPENING_LATE_MS = 60_000;
/** A plan further ahead is a slip of the pen. */
const OPENING_AHEAD_MS = 5 * 366 * 86_400_000;

export interface ScheduleRequest {
  /** IANA; what the clock times below are meant in, and what answers show times in. */
  readonly timeZone?: string;
  readonly opensAt?: string;
  readonly opensAtLocal?: string;
  readonly opensAtChoice?: Choice;
  readonly closesAt?: string | null;
  readonly closesAtLocal?: string;
  readonly closesAtChoice?: Choice;
}

export interface Schedule {
  readonly timeZone: string;
  /** Undefined: nothing was stated. */
  readonly opensAt: Date | undefined;
  /** Null: it stays open. */
  readonly closesAt: Date | null | undefined;
}

type Name = 'opensAt' | 'closesAt';

/**
 * Reads a body that may be wrong in any way; what is no time at all is left to the schema to tell.
 * @param zone what counts when none is stated
 */
export function readSchedule(value: unknown, zone: string): { schedule: Schedule; faults: Fault[] } {
  const body = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const faults: Fault[] = [];
  const named = typeof body.timeZone === 'string' ? zoneNamed(body.timeZone) : zone;
  if (named === undefined) faults.push({ path: '/timeZone', reason: 'must be a zone like Europe/Berlin' });

  function read(name: Name): Date | undefined {
    const [given, local, choice] = [body[name], body[`${name}Local`], body[`${name}Choice`]];
    if (typeof given === 'string' && local !== undefined) {
      faults.push({ path: `/${name}Local`, reason: `can not stand beside ${name}` });
      return undefined;
    }
    if (typeof local === 'string' && named !== undefined) {
      const resolved = resolveLocal(
        local,
        named,
        choice === 'earlier' || choice === 'later' ? choice : undefined,
      );
      if ('instant' in resolved) return resolved.instant;
      faults.push({ path: `/${name}Local`, reason: resolved.fault });
      return undefined;
    }
    const ms = typeof given === 'string' ? Date.parse(given) : Number.NaN;
    return Number.isNaN(ms) ? undefined : new Date(ms);
  }
  const opensAt = read('opensAt');
  const closesAt = body.closesAt === null ? null : read('closesAt');
  return { schedule: { timeZone: named ?? zone, opensAt, closesAt }, faults };
}

/** Faults of a schedule against the clock and in itself. `opensAt` undefined: it is not to change, or can't be read. */
export function scheduleFaults(
  { opensAt, closesAt }: Pick<Schedule, 'opensAt' | 'closesAt'>,
  nowMs: number,
): Fault[] {
  const faults: Fault[] = [];
  const opens = opensAt?.getTime();
  if (opens !== undefined && opens < nowMs - OPENING_LATE_MS)
    faults.push({ path: '/opensAt', reason: 'must not lie in the past' });
  if (opens !== undefined && opens > nowMs + OPENING_AHEAD_MS)
    faults.push({ path: '/opensAt', reason: 'must lie within the next five years' });
  if (!closesAt) return faults;
  if (opens !== undefined && closesAt.getTime() <= opens)
    faults.push({ path: '/closesAt', reason: 'must be later than opensAt' });
  else if (closesAt.getTime() <= nowMs)
    faults.push({ path: '/closesAt', reason: 'must not lie in the past' });
  return faults;
}
