/** What was done while the ledger did not answer: kept beside what it changed, and entered in the ledger afterwards. */
import type { Recorded } from './undo.ts';

/** Acts that can be done in Redis alone: those that a running drop may need this minute. */
export const ACTS_WITHOUT_LEDGER = [
  'rate.change',
  'page.change',
  'drop.pause',
  'drop.resume',
  'drop.drain',
  'drop.queue-all',
  'drop.close',
] as const;

export interface JournalEntry {
  /** Random; the ledger takes each once. */
  readonly id: string;
  /** RFC 3339, by Redis's clock. */
  readonly at: string;
  readonly drop: string;
  readonly actor: string;
  readonly act: string;
  readonly reason: string | null;
  /** Members of the drop as the act left them; of policy, page and ramp the changed fields. */
  readonly after: Recorded;
}

export const canDoWithoutLedger = (act: string): boolean =>
  (ACTS_WITHOUT_LEDGER as readonly string[]).includes(act);

/** An entry as it was kept; undefined for text that is none. */
export function parseEntry(text: string): JournalEntry | undefined {
  try {
    const entry = JSON.parse(text) as JournalEntry;
    const isWhole = [entry.id, entry.at, entry.drop, entry.actor, entry.act].every(
      (member) => typeof member === 'string',
    );
    return isWhole && typeof entry.after === 'object' && entry.after !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}
