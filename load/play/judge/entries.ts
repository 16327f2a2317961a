/** Promise 3 where the two services meet: the checkout lets in whom the room granted entry, once each, and nobody else. */
import type { SessionRow } from './books.ts';
import type { GrantLine, LeaseLine } from './log-line.ts';

export interface EntriesVerdict {
  readonly tokensIssued: number;
  readonly sessionsOpened: number;
  /** Checkout sessions of shoppers whom a gate let in by a lease. */
  readonly leasesSpent: number;
  /** Checkout sessions of tickets that the room never granted entry, or that outlast the grant: somebody forged their way in. */
  readonly sessionsWithoutGrant: number;
  /** Checkout sessions of one ticket beyond the first. */
  readonly doubleSessions: number;
}

export function judgeEntries(
  grants: readonly GrantLine[],
  sessions: readonly SessionRow[],
  leases: readonly LeaseLine[] = [],
): EntriesVerdict {
  const leased = new Set(leases.map(({ number }) => number));
  const expiresMs = new Map<string, number>();
  for (const { number, expiresUs } of grants)
    expiresMs.set(number, Math.max(expiresMs.get(number) ?? 0, expiresUs / 1000));
  // Of a lease the log does not say until when it was prolonged.
  const isGranted = ({ jti, reserveUntilMs }: SessionRow) =>
    reserveUntilMs <= (expiresMs.get(jti) ?? -1) || leased.has(jti);
  return {
    tokensIssued: expiresMs.size,
    sessionsOpened: sessions.length,
    leasesSpent: sessions.filter(({ jti }) => leased.has(jti)).length,
    sessionsWithoutGrant: sessions.filter((session) => !isGranted(session)).length,
    doubleSessions: sessions.length - new Set(sessions.map(({ jti }) => jti)).size,
  };
}
