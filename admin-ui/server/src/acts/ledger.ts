/** Whether Postgres has just failed: then nobody waits for it to fail again. */

/** Long enough that a hurried operator waits once, short enough that an act is in the ledger soon after it is back. */
const DOWN_MS = 3000;

export interface Ledger {
  isDown(): boolean;
  answers(does: boolean): void;
}

export function createLedger(nowMs: () => number = Date.now): Ledger {
  let failedAt = Number.NEGATIVE_INFINITY;
  return {
    isDown: () => nowMs() - failedAt < DOWN_MS,
    answers(does) {
      failedAt = does ? Number.NEGATIVE_INFINITY : nowMs();
    },
  };
}
