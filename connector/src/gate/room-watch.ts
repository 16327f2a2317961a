/** Whether a room answers at all, for a gate that opens when it does not. */
import { setTimeout as pause } from 'node:timers/promises';

export interface RoomWatch {
  readonly roomIsDown: boolean;
  start(): void;
  close(): Promise<void>;
}

export interface RoomWatchOptions {
  readonly room: string;
  readonly drop: string;
  readonly onRoom: (state: 'up' | 'down', drop: string) => void;
}

const LOOK_EVERY_MS = 3_000;
const LOOK_TIMEOUT_MS = 2_000;
/** Some ten seconds: a restart of one instance opens no shop. */
const FAILURES_UNTIL_DOWN = 3;

/** Asks for the drop's pulse. Any answer but a server's own failure means that somebody is there. */
export function createRoomWatch({ room, drop, onRoom }: RoomWatchOptions): RoomWatch {
  const closing = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let failures = 0;

  async function look(): Promise<void> {
    const response = await fetch(`${room}/v1/drops/${drop}/pulse`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(LOOK_TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (response.status >= 500) throw new Error(`the room answered ${response.status}`);
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await look();
        if (failures >= FAILURES_UNTIL_DOWN) onRoom('up', drop);
        failures = 0;
      } catch {
        failures += 1;
        if (failures === FAILURES_UNTIL_DOWN) onRoom('down', drop);
      }
      await pause(LOOK_EVERY_MS, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  return {
    get roomIsDown() {
      return failures >= FAILURES_UNTIL_DOWN;
    },
    start() {
      running = run();
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}
