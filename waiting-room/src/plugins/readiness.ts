/** When an instance should get traffic: what it knows of its drops must be fresh, or places and pulses would stand still. */
import type { Queue } from '../queue/queue.ts';

/** Views are read each second; beyond five something is broken rather than slow. */
const VIEW_AGE_MS_MAX = 5000;

/**
 * @param nowMs of the monotonic clock
 * @throws naming the first drop whose view is too old
 */
export function checkViewsFresh(queue: Pick<Queue, 'views'>, nowMs: number): void {
  for (const { drop, readAtMs } of queue.views()) {
    const ageMs = nowMs - readAtMs;
    if (ageMs > VIEW_AGE_MS_MAX)
      throw new Error(`drop ${drop} was last read ${Math.round(ageMs / 1000)} s ago`);
  }
}
