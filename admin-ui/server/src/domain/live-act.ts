/** An act on a drop as the control room marks it on its time axis: from the audit log, or from a journal it is not in yet. */
import type { JournalEntry } from './journal.ts';

export interface LiveAct {
  /** Number in the audit log; null: done without the ledger, and entered when it is back. */
  readonly seq: number | null;
  /** RFC 3339; when it was done, not when it was entered. */
  readonly at: string;
  readonly actor: string;
  readonly act: string;
  /** Changed members only. */
  readonly from: unknown;
  readonly to: unknown;
  readonly reason: string | null;
  readonly isUndone: boolean;
}

interface Entered {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly act: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string | null;
  readonly isUndone: boolean;
}

export function actOfEntry({ seq, at, actor, act, before, after, reason, isUndone }: Entered): LiveAct {
  const { doneAt } = (after ?? {}) as { doneAt?: unknown };
  return {
    ...{ seq, actor, act, from: before, to: after, reason, isUndone },
    at: typeof doneAt === 'string' ? doneAt : at,
  };
}

export function actOfJournal({ at, actor, act, after, reason }: JournalEntry): LiveAct {
  return { seq: null, at, actor, act, from: null, to: after, reason, isUndone: false };
}
