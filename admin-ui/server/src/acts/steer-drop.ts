/**
 * Changes a running drop, whatever happens to the ledger: with Postgres as any change, without it in Redis alone. A drop must be paused
 * in the minute in which it has to be.
 */
import { isStoreFault } from '@sluice/service-kit';
import type { Drop } from '../domain/drop.ts';
import { canDoWithoutLedger } from '../domain/journal.ts';
import { actWithoutLedger } from './act-without-ledger.ts';
import { type ChangeOptions, changeDrop } from './change-drop.ts';
import type { ControlPlane } from './control-plane.ts';

export interface Steered {
  readonly drop: Drop;
  /** In force in the room; the ledger and the audit log have it as soon as Postgres answers. */
  readonly isJournaled: boolean;
}

/** @throws as {@link changeDrop}; `store-unavailable` when Redis does not answer either, or the act needs the ledger */
export async function steerDrop(plane: ControlPlane, options: ChangeOptions): Promise<Steered> {
  if (!canDoWithoutLedger(options.act)) return { drop: await changeDrop(plane, options), isJournaled: false };
  if (!plane.ledger.isDown()) {
    try {
      return { drop: await changeDrop(plane, options), isJournaled: false };
    } catch (error) {
      if (!isStoreFault(error)) throw error;
      plane.log.warn({ err: error, drop: options.drop }, 'the ledger does not answer: acting in Redis alone');
    }
  }
  // If it is Redis that does not answer, this fails the same way, and nothing was done.
  const drop = await actWithoutLedger(plane.journal, options, async (entry) => {
    plane.log.warn({ entry }, 'an act without the ledger');
    await plane.kept
      .append(entry)
      .catch((err: unknown) => plane.log.error({ err }, 'the journal file fails'));
  });
  plane.ledger.answers(false);
  plane.count.act(options.act);
  return { drop, isJournaled: true };
}
