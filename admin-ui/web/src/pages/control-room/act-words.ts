/** Acts as people say them, and which of them have a way back. */
import type { LiveAct } from '../../api/contract.ts';
import { recordedChanges, useRecordWords } from '../../ui/record-words/record-words.ts';

/** As the server's own list (admin-ui/server/src/domain/undo.ts), which refuses what is not on it. */
const WITH_A_WAY_BACK = new Set([
  'policy.change',
  'rate.change',
  'page.change',
  'drop.pause',
  'drop.resume',
  'drop.drain',
  'drop.queue-all',
  'drop.pass-through',
  'capacity.ignore',
  'capacity.heed',
  'stock.moved',
]);

/** The latest act that can be taken back; what is only in a journal can't yet. */
export const latestUndoable = (acts: readonly LiveAct[]): LiveAct | undefined =>
  acts.find(({ act, seq, isUndone }) => seq !== null && !isUndone && WITH_A_WAY_BACK.has(act));

export interface ActWords {
  name(act: LiveAct): string;
  /** Changed members: `Entries a minute 300 → 330`. */
  change(act: LiveAct): string;
}

/** @param zone of the drop, for the times in them */
export function useActWords(zone: string): ActWords {
  const words = useRecordWords(zone);
  return {
    name: ({ act }) => words.act(act),
    change({ act, from, to }) {
      // A plan is all new: its page says what it is.
      if (act === 'drop.create' || act === 'drop.clone') return '';
      return recordedChanges(from, to)
        .filter(({ path, to: now }) => now !== undefined && !SILENT.has(path))
        .slice(0, MEMBERS_MAX)
        .map(({ path, from: was, to: now }) =>
          was === undefined
            ? `${words.field(path)} ${words.value(now)}`
            : `${words.field(path)} ${words.value(was)} → ${words.value(now)}`,
        )
        .join(', ');
    },
  };
}

/** What stands in an entry beside what was changed. */
const SILENT = new Set([
  'policyVersion',
  'doneAt',
  'undoes',
  'movement',
  'id',
  'overrideOwner',
  'overrideReason',
]);
/** More is a change for the audit log. */
const MEMBERS_MAX = 4;
