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
  readonly overrideUntilUs: number;
  readonly lobbyOpensUs: number;
  readonly closesUs: number;
  readonly openedUs: number;
  readonly revealedUs: number;
  readonly healUntilUs: number;
  readonly commit: string;
  readonly soldOut: boolean;
}

export function phaseOf(state: PhaseState, nowUs: number): Phase {
  const { lobbyOpensUs, closesUs, openedUs, revealedUs, healUntilUs, commit, soldOut } = state;
  const override = overrideOf(state, nowUs);
  if (override === 'closed' || (closesUs > 0 && nowUs >= closesUs)) return 'closed';
  if (openedUs === 0) return nowUs < lobbyOpensUs ? 'scheduled' : 'lobby';
  const stands = override === 'paused' || override === 'queue_all' || override === 'pass_through';
  if (nowUs < healUntilUs && !stands && !soldOut) return 'healing';
  if (commit !== '' && revealedUs === 0) return 'drawing';
  if (stands) return override;
  if (soldOut) return 'sold_out';
  return override === 'draining' ? 'draining' : 'open';
}

/** What an operator has set, unless it has run out by itself. */
function overrideOf({ override, overrideUntilUs }: PhaseState, nowUs: number): string {
  const isOver = overrideUntilUs > 0 && nowUs >= overrideUntilUs && override !== 'closed';
  return isOver ? '' : override;
}
