/** What is kept of a drop whose keys leave Redis. Pure. */
import type { Drop } from './drop.ts';

/** The roster's head as the room publishes it; `build` names the keys that hold the pages while they are in Redis. */
export interface RosterHead {
  readonly build: string;
  /** Lines. */
  readonly size: number;
  /** base64url. */
  readonly root: string;
  readonly pageRoots: readonly string[];
  readonly pageFirsts: readonly string[];
}

/** What became of a drop, for its report. Times are RFC 3339. */
export interface DropTotals {
  readonly openedAt: string | null;
  readonly revealedAt: string | null;
  readonly joined: number;
  readonly entered: number;
  readonly left: number;
  readonly missed: number;
  /** Still waiting, and checked in, when it was archived. */
  readonly waiting: number;
  readonly present: number;
  /** Lobby tickets that came back after the roster was published. */
  readonly late: number;
  /** Lines of the drop's log by kind; ended sessions as `end:<reason>`. */
  readonly log: Readonly<Record<string, number>>;
}

/** What Redis could not tell, since there was nothing of the drop any more. */
export const NO_TOTALS: DropTotals = {
  openedAt: null,
  revealedAt: null,
  joined: 0,
  entered: 0,
  left: 0,
  missed: 0,
  waiting: 0,
  present: 0,
  late: 0,
  log: {},
};

/** Beyond token and hold: a payment that a provider takes its time over, and clocks that differ. */
const MARGIN_MS = 120_000;

/** When a drop that closed then may leave Redis: not before the last shopper who got a token is gone. */
export function archivableAt(
  { admission }: Pick<Drop, 'admission'>,
  closedAt: Date,
  archiveAfterMs: number,
): Date {
  const insideMs = (admission.tokenSeconds + admission.holdSeconds) * 1000 + MARGIN_MS;
  return new Date(closedAt.getTime() + Math.max(archiveAfterMs, insideMs));
}

/** When a drop ended, as planned; null while it has not. An override has no time of its own: later changes put it off. */
export function closedAt(
  { closesAt, override, updatedAt, isDraft }: Pick<Drop, 'closesAt' | 'override' | 'updatedAt' | 'isDraft'>,
  now: Date,
): Date | null {
  if (isDraft) return null;
  if (closesAt && closesAt <= now) return closesAt;
  return override === 'closed' ? updatedAt : null;
}
