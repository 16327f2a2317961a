/**
 * Promise 1, second half, and promise 3 as far as the room goes: sessions inside ≤ `maxSessions` at every instant, and one
 * entry a ticket.
 */
import type { LogLine } from './log-line.ts';

export interface SessionsVerdict {
  /** Grants that made it one session too many. */
  readonly maxSessionsViolations: number;
  readonly insideMax: number;
  /** Grants to a ticket that had been granted entry before. */
  readonly doubleAdmissions: number;
}

/** @param maxSessions `Infinity` when the drop has no such bound */
export function judgeSessions(log: readonly LogLine[], maxSessions: number): SessionsVerdict {
  const inside = new Set<string>();
  const entered = new Set<string>();
  let maxSessionsViolations = 0;
  let insideMax = 0;
  let doubleAdmissions = 0;
  for (const line of log) {
    if (line.kind === 'end') inside.delete(line.number);
    if (line.kind !== 'grant' && line.kind !== 'lease') continue;
    if (entered.has(line.number)) doubleAdmissions++;
    entered.add(line.number);
    inside.add(line.number);
    insideMax = Math.max(insideMax, inside.size);
    if (inside.size > maxSessions) maxSessionsViolations++;
  }
  return { maxSessionsViolations, insideMax, doubleAdmissions };
}
