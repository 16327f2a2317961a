/**
 * The phase of a drop as the room's commands decide it (waiting-room/lua/lib/phase.lua), told from the same state and
 * Redis's own clock. It is for showing only: nothing here is decided by it.
 */

export const PHASES = [
  'scheduled',
  'lobby',
  'drawing',
  'open',
  'paused',
  'queue_all',
  'healing',
  'draining',
  'pass_through',
  'sold_out',
  'closed',
] as const;
export type Phase = (typeof PHASES)[number];

/** What the phase follows from. Times are µs of Redis's clock, 0 for never. */
export interface PhaseState {
  readonly override: string;
  readonly lobbyOpensUs: number;
  readonly closesUs: number;
  readonly openedUs: number;
  readonly revealedUs: number;
  readonly commit: string;
  readonly soldOut: boolean;
}

export function phaseOf(state: PhaseState, nowUs: number): Phase {
  const { override, lobbyOpensUs, closesUs, openedUs, revealedUs, commit, soldOut } = state;
  if (override === 'closed' || (closesUs > 0 && nowUs >= closesUs)) return 'closed';
  if (openedUs === 0) return nowUs < lobbyOpensUs ? 'scheduled' : 'lobby';
  if (commit !== '' && revealedUs === 0) return 'drawing';
  if (override === 'paused' || override === 'queue_all' || override === 'pass_through') return override;
  if (soldOut) return 'sold_out';
  return override === 'draining' ? 'draining' : 'open';
}
