/** The room, all instances of it, gone while a drop runs: gates let shoppers in by what they have on lease (5.12). */
import { pause } from '../web/patience.ts';
import type { Gates } from './start-gates.ts';

export interface Outage {
  /** Before it, while the room is away, after it; for shoppers at the gates. */
  readonly stage: 'before' | 'away' | 'over';
  /**
   * Waits until every gate has something on lease and `isTime`, kills the room, starts it again once leases have let some in.
   * @throws Error when an instance does not come up any more
   */
  run(isTime: () => boolean, over: AbortSignal): Promise<OutageRecord>;
}

export interface OutageRecord {
  /** ms; 0 when there was none, because the drop was over or nothing came on lease. */
  readonly awayMs: number;
  /** Shoppers who were let in by leases meanwhile. */
  readonly entries: number;
}

/** All instances of the room, to be ended at once as a crash would, and started again. */
export interface Rooms<Room> {
  readonly rooms: readonly Room[];
  kill(room: Room): Promise<void>;
  restart(room: Room): Promise<void>;
}

/** So many a gate are let in before the room comes back. */
const ENTRIES_PER_GATE = 2;
/** A gate asks each 10 s, and believes the second failure. */
const AWAY_MS_MAX = 40_000;
/** Where nobody has been let in by then, as on a machine that hardly gets on. */
const AWAY_EMPTY_MS_MAX = 90_000;
const LOOK_EVERY_MS = 250;

export function createOutage<Room>(gates: Gates, gateCount: number, stack: Rooms<Room>): Outage {
  let stage: Outage['stage'] = 'before';
  return {
    get stage() {
      return stage;
    },
    async run(isTime, over) {
      while (!over.aborted && !(isTime() && (await gates.counts()).heldLeast > 0))
        await pause(LOOK_EVERY_MS, over);
      if (over.aborted) {
        stage = 'over';
        return { awayMs: 0, entries: 0 };
      }
      const killedAt = performance.now();
      await Promise.all(stack.rooms.map((room) => stack.kill(room)));
      stage = 'away';
      const { entries: before } = await gates.counts();
      let entries = before;
      while (
        !over.aborted &&
        entries < ENTRIES_PER_GATE * gateCount &&
        performance.now() - killedAt < (entries === before ? AWAY_EMPTY_MS_MAX : AWAY_MS_MAX)
      ) {
        await pause(LOOK_EVERY_MS, over);
        ({ entries } = await gates.counts());
      }
      await Promise.all(stack.rooms.map((room) => stack.restart(room)));
      stage = 'over';
      return { awayMs: Math.round(performance.now() - killedAt), entries };
    },
  };
}
