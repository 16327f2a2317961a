/** Which acts can be undone, and what undoing one sets back. */
import type { AdmissionPolicy } from './admission-policy.ts';
import { canonicalJson } from './audit-chain.ts';
import type { Drop, DropChange, DropPage } from './drop.ts';

/** Acts on a drop's plan that have a way back. Closing has none; nor has what only time has done. */
export const UNDOABLE_ACTS = [
  'policy.change',
  'rate.change',
  'page.change',
  'logo.change',
  'drop.pause',
  'drop.resume',
  'drop.drain',
  'drop.queue-all',
  'drop.pass-through',
  'capacity.ignore',
  'capacity.heed',
  'stock.moved',
] as const;

/** Members of a drop as an audit entry has them: the changed ones; of policy, page and ramp the changed fields. */
export type Recorded = Readonly<Record<string, unknown>>;

const NESTED = ['admission', 'page', 'ramp'];
/** What an entry says beside the members: versions, what it undoes, when it was done without the ledger. */
const NOTES = ['policyVersion', 'undoes', 'doneAt'];
const INSTANTS = ['overrideUntil', 'ignoreCapacityUntil'];

/** Members and fields that are no longer as the act left them: somebody has changed them since. */
export function movedSince(after: Recorded, drop: Drop): string[] {
  const current = JSON.parse(JSON.stringify(drop)) as Record<string, unknown>;
  return membersOf(after).flatMap(([name, value]) => {
    if (!isNested(name, value)) return canonicalJson(value) === canonicalJson(current[name]) ? [] : [name];
    const now = (current[name] ?? {}) as Record<string, unknown>;
    return Object.entries(value)
      .filter(([field, was]) => canonicalJson(was) !== canonicalJson(now[field]))
      .map(([field]) => `${name}.${field}`);
  });
}

/** What sets the drop back to how it was before the act. */
export function wayBack(before: Recorded, drop: Drop): DropChange {
  const change = Object.fromEntries(
    membersOf(before).map(([name, value]) => {
      if (isNested(name, value)) return [name, { ...(drop[name as keyof Drop] as object | null), ...value }];
      return [name, INSTANTS.includes(name) && typeof value === 'string' ? new Date(value) : value];
    }),
  );
  return change as DropChange;
}

/** The policy and page fields that an act has changed, for the checks that any change of them goes through. */
export function fieldsOf(before: Recorded): { admission: Partial<AdmissionPolicy>; page: Partial<DropPage> } {
  return { admission: before.admission ?? {}, page: before.page ?? {} };
}

function membersOf(recorded: Recorded): [string, unknown][] {
  return Object.entries(recorded).filter(([name]) => !NOTES.includes(name));
}

function isNested(name: string, value: unknown): value is Record<string, unknown> {
  return NESTED.includes(name) && typeof value === 'object' && value !== null;
}
