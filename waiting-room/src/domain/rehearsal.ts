/**
 * Rehearsals: copies of a drop that a simulated crowd tries out (ADR 0115). For the room they are drops like any other, but no
 * figure of theirs is in a series: nobody is woken, and nothing scaled, by a crowd that is not there.
 */
const PREFIX = 'rehearsal-';

export const isRehearsal = (drop: string): boolean => drop.startsWith(PREFIX);
