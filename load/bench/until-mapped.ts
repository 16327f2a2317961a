/** Waits for the rank map that tells everybody's place. */
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 50;
const LIMIT_MS = 20_000;

/**
 * Until an instance's pulse tells of everybody, twice: the first such map may have been stamped before the last of them came,
 * and such a place is told from the next one only. A stream is refused while no place can be told.
 */
export async function untilMapped(url: string, drop: string, waiting: number): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  const told = new Set<string>();
  for (;;) {
    const response = await fetch(`${url}/v1/drops/${drop}/pulse`);
    const pulse = (await response.json()) as { serverTime: string; rankMap?: { total: number } };
    if (pulse.rankMap?.total === waiting) told.add(pulse.serverTime);
    if (told.size === 2) return;
    if (performance.now() > deadline)
      throw new Error(`the pulse of ${drop} tells of ${pulse.rankMap?.total} of ${waiting}`);
    await pause(LOOK_MS);
  }
}
