/** Steers a running drop while Postgres does not answer: straight into Redis, noted in a journal, entered afterwards. */
import { randomUUID } from 'node:crypto';
import { problem } from '@sluice/service-kit';
import { dangersOf } from '../domain/dangers.ts';
import type { Drop, DropChange } from '../domain/drop.ts';
import type { JournalEntry } from '../domain/journal.ts';
import type { Journal } from '../projection/journal.ts';
import type { LivePicture } from '../projection/live.ts';
import type { Who } from '../store/audit.ts';
import { beforeAndAfter, differing } from '../store/drop-row.ts';
import { requireConfirmation } from './confirm.ts';

export interface ActWithoutLedger extends Who {
  readonly act: string;
  readonly drop: string;
  readonly ifVersion: number | null;
  readonly isConfirmed: boolean;
  readonly decide: (drop: Drop, live: LivePicture) => DropChange | null;
}

/** Tries again when somebody else was faster; more than so often is a quarrel. */
const TRIES = 3;

/**
 * @param keep writes the entry to a place of its own before it counts; a failure there stops nothing
 * @returns the drop as Redis has it now
 * @throws Problem `no-such-drop`, `version-mismatch`, `confirmation-required`, or what `decide` throws
 */
export async function actWithoutLedger(
  journal: Journal,
  { act, drop: id, ifVersion, isConfirmed, decide, actor, reason }: ActWithoutLedger,
  keep: (entry: JournalEntry) => Promise<void>,
): Promise<Drop> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const [before, live] = await Promise.all([
      journal.plan(id),
      journal.live(id).then((pictures) => pictures.get(id)),
    ]);
    if (!before || !live) throw problem('no-such-drop', `The room knows no drop "${id}".`);
    if (ifVersion !== null && ifVersion !== before.policyVersion) throw mismatch(before.policyVersion);
    const change = differing(before, decide(before, live) ?? {});
    if (Object.keys(change).length === 0) return before;
    requireConfirmation(
      live.phase === 'scheduled' && change.override !== 'closed' ? [] : dangersOf(before, change),
      isConfirmed,
    );
    const after = { ...before, ...change };
    const told = beforeAndAfter(before, after, change).after;
    const at = live.asOf.toISOString();
    const entry = { id: randomUUID(), at, drop: id, actor, act, reason, after: told };
    await keep(entry);
    const outcome = await journal.steer(before, after, entry);
    if (outcome.status === 'written') return { ...after, policyVersion: outcome.version };
    if (outcome.status === 'no-such-drop') throw problem('no-such-drop', `The room knows no drop "${id}".`);
  }
  throw problem('version-mismatch', 'Others change the drop at the same time; read it again.');
}

const mismatch = (version: number) =>
  problem('version-mismatch', `The drop is at version ${version}; read it again.`, {
    policyVersion: version,
  });
