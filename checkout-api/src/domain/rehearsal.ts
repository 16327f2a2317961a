/**
 * Rehearsals: copies of a drop that a simulated crowd tries out (ADR 0115). The control plane alone makes drops, and nobody
 * but its rehearsals begins an id so; the id is the mark, in Redis, in both databases and in every token.
 */
const PREFIX = 'rehearsal-';

export const isRehearsal = (drop: string): boolean => drop.startsWith(PREFIX);
