/** Shoppers who keep coming while something else is measured. */
import { type Commands, MEMBERS_MAX } from '../src/queue/commands.ts';
import { joinTogether } from './fill-line.ts';

/** What an instance collects in one event-loop turn goes in one call. */
const TURN_MS = 5;

/** Begins at once. @returns a function that ends it and tells how many came a second; it throws when one of them could not join */
export function keepJoining(commands: Commands, drop: string, perSecond: number): () => Promise<number> {
  const startedAt = performance.now();
  const underWay = new Set<Promise<void>>();
  let joined = 0;
  let fault: unknown;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond) - joined;
    if (due <= 0) return;
    const count = Math.min(due, MEMBERS_MAX);
    joined += count;
    const one = joinTogether(commands, drop, count)
      .catch((error: unknown) => {
        fault ??= error;
      })
      .finally(() => underWay.delete(one));
    underWay.add(one);
  }, TURN_MS);
  return async () => {
    clearInterval(timer);
    const seconds = (performance.now() - startedAt) / 1000;
    await Promise.all(underWay);
    if (fault !== undefined) throw fault;
    return joined / seconds;
  };
}
