/** Acts that meet: each is made to wait for what somebody else holds before the next may begin. */
import { holding, type Locking, untilWaiting } from '@sluice/service-kit/testing';
import type { Database } from '../../src/store/statements.ts';

export interface Held {
  /** What whoever holds it has done so far; each a statement with its values. */
  by: readonly Locking[];
  /** Default `rollback`. */
  end?: 'commit' | 'rollback';
}

/** Starts acts one after another while a transaction is open, each when the one before waits; ends it then. How the acts ended. */
export function whileHeld<Answer>(
  database: Database,
  { by, end = 'rollback' }: Held,
  acts: readonly (() => Promise<Answer>)[],
): Promise<PromiseSettledResult<Answer>[]> {
  return holding(database, by, async (letGo) => {
    const started: Promise<Answer>[] = [];
    for (const act of acts) {
      started.push(act());
      await untilWaiting(database, started.length);
    }
    await letGo(end);
    return Promise.allSettled(started);
  });
}
