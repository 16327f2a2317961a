/** One second of a running drop as the control room shows it, made from what Redis told and from the second before. */
import { CAPACITY_SILENT_US, type EntryLimit, type EntryState, entryLimitOf } from './entry-limit.ts';
import { type Heard, judgeInstances } from './laggards.ts';
import type { Phase } from './phase.ts';

/** How the checkout is doing, as it says itself each second; null: it did not say. */
export interface CheckoutVitals {
  /** 95th percentile of its answers. */
  readonly latencyMs: number | null;
  /** Share of its answers that were a fault of its own, 0 to 1. */
  readonly errorRate: number | null;
  /** Of the payment provider. */
  readonly breaker: 'closed' | 'half-open' | 'open' | null;
  readonly poolWaitMs: number | null;
}

/** What Redis has of a drop. Times are µs of Redis's clock, 0 for never. */
export interface LiveState extends EntryState {
  readonly nowUs: number;
  readonly policyVersion: number;
  readonly lobbyOpensUs: number;
  readonly opensUs: number;
  readonly closesUs: number;
  readonly overrideUntilUs: number;
  readonly dropClockUs: number;
  readonly ratePerMinute: number;
  readonly rampFromPerMinute: number;
  readonly rampStartsUs: number;
  readonly rampEndsUs: number;
  /** Of those waiting. */
  readonly called: number;
  readonly joinedTotal: number;
  readonly enteredTotal: number;
  readonly leftTotal: number;
  readonly missedTotal: number;
  readonly boughtTotal: number;
  readonly calledRecently: number;
  readonly shownRecently: number;
  readonly held: number;
  readonly insideByCheckout: number;
  readonly vitals: CheckoutVitals;
}

/** Units by the checkout's ledger, and when it said so, in ms of the control plane's own clock. */
export interface Units {
  readonly sold: number;
  readonly total: number;
  readonly atMs: number;
}

export interface LiveSample {
  /** RFC 3339, by Redis's clock. */
  readonly at: string;
  readonly phase: Phase;
  /** What comes by itself, and when. */
  readonly next: { readonly phase: Phase | 'resumed'; readonly at: string } | null;
  /** The clock that call windows run on, ms (Q4); it stands still while nobody is called. */
  readonly dropClockMs: number;
  readonly isDropClockRunning: boolean;
  readonly policyVersion: number;
  readonly limit: EntryLimit;
  readonly rate: {
    /** Entries a minute at this moment, by the plan. */
    readonly setPerMinute: number;
    /** Where a ramp is going; without one the same. */
    readonly targetPerMinute: number;
    readonly rampEndsAt: string | null;
    /** Entries a second since the sample before; null for the first. */
    readonly achievedPerSecond: number | null;
    readonly joinsPerSecond: number | null;
  };
  readonly maxSessions: number | null;
  readonly line: {
    readonly waiting: number;
    readonly called: number;
    readonly checkedIn: number;
    readonly inside: number;
    /** Share of the called who come forward, 0 to 1. */
    readonly showRate: number;
  };
  readonly totals: {
    readonly joined: number;
    readonly entered: number;
    readonly left: number;
    readonly missed: number;
    readonly bought: number;
  };
  /** Bought, of those who have entered and are not inside any more; null while that is nobody. */
  readonly conversion: number | null;
  /** Null: the checkout has never reported. */
  readonly capacity:
    | (CheckoutVitals & {
        readonly ageMs: number;
        readonly isSilent: boolean;
        readonly ignoredUntil: string | null;
        readonly sellable: number;
        readonly held: number;
        readonly inside: number;
      })
    | null;
  /** Null: the checkout has not been reached since somebody looks. */
  readonly units: { readonly sold: number; readonly total: number; readonly ageMs: number } | null;
  readonly instances: {
    readonly total: number;
    readonly onVersion: number;
    readonly laggards: { id: string; policyVersion: number; silentForMs: number; status: string }[];
  };
  /** Whether Postgres answers; while it does not, acts go into Redis alone. */
  readonly ledger: { readonly isAnswering: boolean; readonly downForMs: number };
}

export interface SampleOptions {
  readonly state: LiveState;
  readonly before: LiveState | undefined;
  readonly instances: readonly Heard[];
  readonly units: Units | undefined;
  readonly nowMs: number;
  /** Since when Postgres does not answer; null: it does. */
  readonly ledgerDownSinceMs: number | null;
}

/** Phases in which call windows run (waiting-room/lua/lib/settle.lua). */
const MOVING: readonly Phase[] = ['open', 'draining', 'pass_through'];

export function sampleOf(options: SampleOptions): LiveSample {
  const { state, before, instances, units, nowMs, ledgerDownSinceMs } = options;
  const { nowUs, enteredTotal, joinedTotal, sessions, boughtTotal } = state;
  const perSecond = (now: number, then: number | undefined): number | null => {
    if (before === undefined || then === undefined || nowUs <= before.nowUs) return null;
    // A healed drop may have forgotten a few: nobody has entered backwards.
    return round((Math.max(0, now - then) * 1_000_000) / (nowUs - before.nowUs), 2);
  };
  const gone = enteredTotal - sessions;
  const judged = judgeInstances(state.policyVersion, instances);
  return {
    at: iso(nowUs),
    phase: state.phase,
    next: nextOf(state),
    dropClockMs: Math.floor(state.dropClockUs / 1000),
    isDropClockRunning: MOVING.includes(state.phase),
    policyVersion: state.policyVersion,
    limit: entryLimitOf(state, nowUs),
    rate: {
      setPerMinute: round(rateNow(state), 1),
      targetPerMinute: state.ratePerMinute,
      rampEndsAt: state.rampEndsUs > nowUs ? iso(state.rampEndsUs) : null,
      achievedPerSecond: perSecond(enteredTotal, before?.enteredTotal),
      joinsPerSecond: perSecond(joinedTotal, before?.joinedTotal),
    },
    maxSessions: state.maxSessions > 0 ? state.maxSessions : null,
    line: {
      waiting: state.waiting,
      called: state.called,
      checkedIn: state.present,
      inside: sessions,
      showRate: round(Math.min(1, (state.shownRecently + 1) / (state.calledRecently + 1)), 2),
    },
    totals: {
      joined: joinedTotal,
      entered: enteredTotal,
      left: state.leftTotal,
      missed: state.missedTotal,
      bought: boughtTotal,
    },
    conversion: gone > 0 ? round(Math.min(1, boughtTotal / gone), 4) : null,
    capacity: capacityOf(state),
    units: units ? { sold: units.sold, total: units.total, ageMs: Math.max(0, nowMs - units.atMs) } : null,
    instances: {
      total: judged.total,
      onVersion: judged.onVersion,
      laggards: judged.instances.filter(({ status }) => status !== 'current'),
    },
    ledger: {
      isAnswering: ledgerDownSinceMs === null,
      downForMs: ledgerDownSinceMs === null ? 0 : Math.max(0, nowMs - ledgerDownSinceMs),
    },
  };
}

function capacityOf(state: LiveState): LiveSample['capacity'] {
  const { nowUs, capacityAtUs, ignoreCapacityUntilUs } = state;
  if (capacityAtUs === 0) return null;
  const ageUs = Math.max(0, nowUs - capacityAtUs);
  return {
    ...state.vitals,
    ageMs: Math.round(ageUs / 1000),
    isSilent: state.isStockBound && ageUs > CAPACITY_SILENT_US,
    ignoredUntil: ignoreCapacityUntilUs > nowUs ? iso(ignoreCapacityUntilUs) : null,
    sellable: state.sellable,
    held: state.held,
    inside: state.insideByCheckout,
  };
}

/** As the room's commands reckon it (waiting-room/lua/lib/rate.lua). */
function rateNow({ nowUs, ratePerMinute, rampFromPerMinute, rampStartsUs, rampEndsUs }: LiveState): number {
  if (rampEndsUs <= rampStartsUs || nowUs >= rampEndsUs) return ratePerMinute;
  const gone = Math.max(0, nowUs - rampStartsUs) / (rampEndsUs - rampStartsUs);
  return rampFromPerMinute + (ratePerMinute - rampFromPerMinute) * gone;
}

function nextOf(state: LiveState): LiveSample['next'] {
  const { phase, nowUs, lobbyOpensUs, opensUs, closesUs, overrideUntilUs, healUntilUs } = state;
  if (phase === 'closed') return null;
  if (phase === 'scheduled' && lobbyOpensUs < opensUs) return { phase: 'lobby', at: iso(lobbyOpensUs) };
  if (phase === 'scheduled' || phase === 'lobby') return { phase: 'open', at: iso(opensUs) };
  if (phase === 'healing') return { phase: 'open', at: iso(healUntilUs) };
  if (overrideUntilUs > nowUs) return { phase: 'resumed', at: iso(overrideUntilUs) };
  return closesUs > 0 ? { phase: 'closed', at: iso(closesUs) } : null;
}

const iso = (us: number): string => new Date(Math.floor(us / 1000)).toISOString();
const round = (value: number, digits: number): number => Number(value.toFixed(digits));
