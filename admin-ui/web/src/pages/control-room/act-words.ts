/** Acts as people say them, and which of them have a way back. */
import { useIntl } from 'react-intl';
import type { LiveAct } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';

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
  /** Changed members: `rate 300 → 330`. */
  change(act: LiveAct): string;
}

export function useActWords(): ActWords {
  const t = useText();
  const { messages } = useIntl();
  return {
    name: ({ act }) => (`control.act-${act}` in messages ? t(`control.act-${act}`) : act),
    change({ act, from, to }) {
      // A plan is all new: its page says what it is.
      if (act === 'drop.create' || act === 'drop.clone') return '';
      const [before, after] = [flat(from), flat(to)];
      return Object.keys(after)
        .filter((name) => !SILENT.has(name))
        .slice(0, MEMBERS_MAX)
        .map((name) => {
          const said = `${name.replace(/^(admission|page|ramp)\./, '')} `;
          return name in before ? `${said}${before[name]} → ${after[name]}` : `${said}${after[name]}`;
        })
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

function flat(value: unknown, prefix = ''): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const found: Record<string, string> = {};
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'object' && member !== null && !Array.isArray(member))
      Object.assign(found, flat(member, `${prefix}${name}.`));
    else found[`${prefix}${name}`] = member === null || member === '' ? '–' : String(member);
  }
  return found;
}
