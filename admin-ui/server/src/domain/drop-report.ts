/** What a drop was, in figures, from the log of its decisions. */
import { DRAWN_ORDERS_END, type LogLine } from './drop-log.ts';

/** Over everyone who entered: from the opening (drawn) or the arrival to the entry. */
export interface Waits {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly longest: number;
}

export interface Figures {
  readonly openedAt: string | null;
  readonly firstEntryAt: string | null;
  readonly lastEntryAt: string | null;
  readonly entered: number;
  readonly checkedIn: number;
  /** Called, and did not come. */
  readonly noShows: number;
  /** Gave their place up. */
  readonly abandoned: number;
  readonly bought: number;
  /** Entered, and left without buying, by how it ended. */
  readonly leftWithoutBuying: {
    readonly released: number;
    readonly expired: number;
    readonly revoked: number;
  };
  /** Null while nobody has entered. */
  readonly waitSeconds: Waits | null;
  /** Healings after a loss of Redis. */
  readonly losses: number;
}

export interface ReportCollector {
  /** The next line, oldest first. */
  see(line: LogLine): void;
  figures(): Figures;
}

export function createReportCollector(): ReportCollector {
  const counts = { checkedIn: 0, missed: 0, left: 0, paid: 0, released: 0, expired: 0, revoked: 0, lost: 0 };
  const entered = new Set<string>();
  const waits: number[] = [];
  let [openedUs, firstUs, lastUs] = [0, 0, 0];

  function grant({ us, number = '', order = 0 }: LogLine): void {
    // A token of a healed drop may be granted again: one entry all the same (Q28).
    if (entered.has(number)) return;
    entered.add(number);
    firstUs ||= us;
    lastUs = us;
    const since = order < DRAWN_ORDERS_END ? openedUs : order;
    if (since > 0) waits.push(Math.max(0, us - since) / 1_000_000);
  }

  return {
    see(line) {
      const { kind, us, number = '', reason } = line;
      if (kind === 'open') openedUs ||= us;
      else if (kind === 'checkin') counts.checkedIn++;
      else if (kind === 'missed') counts.missed++;
      else if (kind === 'lost') counts.lost++;
      else if (kind === 'grant') grant(line);
      else if (kind === 'end' && reason === 'left') counts.left++;
      else if (kind === 'end' && reason === 'paid') counts.paid++;
      else if (kind === 'end' && (reason === 'released' || reason === 'expired' || reason === 'revoked')) {
        if (entered.has(number)) counts[reason]++;
      }
    },
    figures() {
      const sorted = waits.toSorted((a, b) => a - b);
      const at = (share: number) =>
        round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0);
      const { released, expired, revoked } = counts;
      return {
        openedAt: isoOf(openedUs),
        firstEntryAt: isoOf(firstUs),
        lastEntryAt: isoOf(lastUs),
        entered: entered.size,
        checkedIn: counts.checkedIn,
        noShows: counts.missed,
        abandoned: counts.left,
        bought: counts.paid,
        leftWithoutBuying: { released, expired, revoked },
        waitSeconds:
          sorted.length === 0 ? null : { p50: at(0.5), p90: at(0.9), p99: at(0.99), longest: at(1) },
        losses: counts.lost,
      };
    },
  };
}

const round = (seconds: number): number => Math.round(seconds * 10) / 10;
const isoOf = (us: number): string | null => (us > 0 ? new Date(us / 1000).toISOString() : null);
