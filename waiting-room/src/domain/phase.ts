/** Phases of a drop. Redis decides them by its own clock (lua/lib/phase.lua); this file only names them. */

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

/** Phases in which the order of every ticket is settled, so that a position can be told. */
export function hasPositions(phase: Phase): boolean {
  return phase !== 'scheduled' && phase !== 'lobby' && phase !== 'drawing' && phase !== 'closed';
}
