/** The gates of a play with the outage they are there for. */
import { createOutage, type Outage, type Rooms } from './outage.ts';
import { type Gates, startGates } from './start-gates.ts';

export interface GatedEntry {
  readonly gates: Gates;
  readonly outage: Outage;
  /** Shoppers who come to a gate. */
  readonly walkIns: number;
}

/** More than are let in meanwhile: some are told to come again, and line up when the room is back. */
const WALK_INS_PER_GATE = 5;

/** @returns what starts `count` gates in front of a drop, once there is one; undefined for none */
export function gatesOf<Room extends { readonly url: string }>(
  count: number,
  stack: Rooms<Room> & { readonly serviceToken: string; readonly logDir: string },
): ((drop: string) => Promise<GatedEntry>) | undefined {
  if (count === 0) return undefined;
  return async (drop) => {
    const { rooms, serviceToken, logDir } = stack;
    const gates = await startGates({ count, rooms, serviceToken, drop, logDir });
    return { gates, outage: createOutage(gates, count, stack), walkIns: count * WALK_INS_PER_GATE };
  };
}
