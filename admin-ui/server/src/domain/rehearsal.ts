/** Rehearsals: copies of a drop that a simulated crowd tries out. Their id is their mark, in room and checkout too (ADR 0115). */
import type { Fault } from './fault.ts';

const PREFIX = 'rehearsal-';

export const isRehearsal = (drop: string): boolean => drop.startsWith(PREFIX);

/** Ids that only rehearsals have. @param id of a drop or a series */
export function reservedIdFaults(id: unknown): Fault[] {
  return typeof id === 'string' && isRehearsal(id)
    ? [{ path: '/id', reason: `must not begin with ${PREFIX}: only rehearsals are called so` }]
    : [];
}
