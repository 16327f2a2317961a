/**
 * The one way in which a drop is changed: Redis is asked first (a room that can't be reached is told to the operator
 * before anything is written), then Postgres decides in one audited transaction, then room and checkout are told.
 */
import { problem } from '@sluice/service-kit';
import { dangersOf } from '../domain/dangers.ts';
import type { Drop, DropChange } from '../domain/drop.ts';
import type { LivePicture } from '../projection/live.ts';
import type { Who } from '../store/audit.ts';
import { requireConfirmation } from './confirm.ts';
import type { ControlPlane } from './control-plane.ts';
import { enterJournal } from './enter-journal.ts';
import { projectDrop } from './project-drop.ts';
import { setUpCheckout } from './set-up-checkout.ts';

export interface ChangeOptions extends Who {
  readonly act: string;
  readonly drop: string;
  /** Policy version the caller has read; null when they did not say. */
  readonly ifVersion: number | null;
  /** The audit entry whose act this one takes back. */
  readonly undoes?: number;
  /** The upload whose picture it puts on the page: nothing is done when that is not the one that waits any more. */
  readonly places?: string;
  /** The operator has been told what is dangerous about it. */
  readonly isConfirmed: boolean;
  /** May throw a problem to refuse. Null: nothing to do. */
  readonly decide: (drop: Drop, live: LivePicture) => DropChange | null;
}

/**
 * @returns the drop as it is now planned
 * @throws Problem `no-such-drop`, `version-mismatch`, `confirmation-required`, `store-unavailable`, or what `decide` throws
 */
export async function changeDrop(plane: ControlPlane, options: ChangeOptions): Promise<Drop> {
  const { act, drop: id, ifVersion, isConfirmed, decide, actor, reason, undoes, places } = options;
  // What was done without the ledger comes first, or this change would take it back unseen.
  await enterJournal(plane, id);
  const live = (await plane.projection.live([id])).get(id);
  if (!live) throw new Error('Redis told nothing of a drop it was asked for');
  const step = await plane.drops.change({
    ...{ act, drop: id, ifVersion, actor, reason, undoes, places },
    aboveVersion: live.policyVersion,
    decide(drop) {
      const change = decide(drop, live);
      if (change && isAsked(change, live)) requireConfirmation(dangersOf(drop, change), isConfirmed);
      return change;
    },
  });
  switch (step.status) {
    case 'no-such-drop':
      throw problem('no-such-drop', `No drop has the id "${id}".`);
    case 'version-mismatch':
      throw problem('version-mismatch', `The drop is at version ${step.version}; read it again.`, {
        policyVersion: step.version,
      });
    case 'entered-before':
      throw new Error('only the journal enters its entries');
    case 'undone-before':
      throw problem('nothing-to-undo', 'It has been undone already.');
    case 'unchanged':
      return step.drop;
    case 'changed':
      plane.count.act(act);
      await tell(plane, step.drop);
      return step.drop;
  }
}

/** Before the lobby nobody is there whom a slip of the hand could hurt; closing has no way back even then. */
const isAsked = (change: DropChange, { phase }: LivePicture): boolean =>
  phase !== 'scheduled' || change.override === 'closed';

/** Tells room and checkout of a plan that is written; a failure is finished by the jobs. */
export async function tell(plane: ControlPlane, drop: Drop): Promise<void> {
  const setup = (await plane.setups.find([drop.id])).get(drop.id);
  await Promise.all([projectDrop(plane, drop), setup && setUpCheckout(plane, setup)]);
}
