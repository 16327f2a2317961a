/** Takes an act back, as a new act: the latest of a drop, or one that is named. Never over what others have changed since. */
import { problem } from '@sluice/service-kit';
import type { Drop, DropChange } from '../domain/drop.ts';
import { fieldsOf, movedSince, type Recorded, UNDOABLE_ACTS, wayBack } from '../domain/undo.ts';
import type { LivePicture } from '../projection/live.ts';
import type { Who } from '../store/audit.ts';
import type { RecordedEntry } from '../store/audit-log.ts';
import { changeDrop } from './change-drop.ts';
import { pageChange, refuseClosed } from './change-plan.ts';
import { policyChange } from './change-policy.ts';
import type { ControlPlane } from './control-plane.ts';
import { moveStock } from './move-stock.ts';

export interface UndoRequest extends Who {
  readonly drop: string;
  /** Number of the act in the audit log; null: the latest that can be undone. */
  readonly seq: number | null;
  readonly ifVersion: number | null;
  /** Whoever may not turn a safeguard off may not bring back that it was. */
  readonly mayOverride: boolean;
}

/**
 * @returns the drop as it is now planned
 * @throws Problem `nothing-to-undo`, `undo-conflict`, and whatever the act in the other direction may
 */
export async function undo(plane: ControlPlane, request: UndoRequest): Promise<Drop> {
  const { drop: id, seq, actor, reason, ifVersion, mayOverride } = request;
  const drop = await plane.drops.find(id);
  if (!drop) throw problem('no-such-drop', `No drop has the id "${id}".`);
  const entry = seq === null ? await plane.audit.latest(id, UNDOABLE_ACTS) : await plane.audit.find(seq);
  if (!entry || entry.drop !== id || entry.isUndone || !isUndoable(entry))
    throw problem('nothing-to-undo', 'No act of this drop that can be undone fits.');

  if (entry.act === 'stock.moved') {
    await undoMovement(plane, entry, { drop: id, actor, reason });
    return drop;
  }
  const { before, after } = entry as { before: Recorded; after: Recorded };
  return changeDrop(plane, {
    ...{ act: 'undo', drop: id, actor, reason, ifVersion, undoes: entry.seq },
    // It goes back to what was, and only if nobody has moved it since: nothing to be asked about again.
    isConfirmed: true,
    decide(current, live) {
      refuseClosed(live);
      const moved = movedSince(after, current);
      if (moved.length > 0)
        throw problem('undo-conflict', `Changed again since: ${moved.join(', ')}.`, { moved });
      const change = checkedWayBack(before, current, live);
      if (!mayOverride && turnsSafeguardOff(change))
        throw problem('not-allowed', 'What it brings back needs drops.override.');
      return change;
    },
  });
}

const isUndoable = ({ act }: RecordedEntry): boolean => (UNDOABLE_ACTS as readonly string[]).includes(act);

const turnsSafeguardOff = ({ override, ignoreCapacityUntil }: DropChange): boolean =>
  override === 'queue_all' || override === 'pass_through' || Boolean(ignoreCapacityUntil);

/** Back the same way that any change takes: a lobby people stand in stays as it is. */
function checkedWayBack(before: Recorded, drop: Drop, live: LivePicture): DropChange {
  const { admission, page } = fieldsOf(before);
  return {
    ...(before.admission ? policyChange(admission, drop, live) : {}),
    ...(before.page ? { page: pageChange(page, drop) } : {}),
    ...wayBack(before, drop),
  };
}

async function undoMovement(
  plane: ControlPlane,
  { seq, after }: RecordedEntry,
  { drop, actor, reason }: Who & { drop: string },
): Promise<void> {
  const { sku, delta, movement } = after as { sku: string; delta: number; movement: number };
  const why = reason ?? `undoes movement ${movement}`;
  const entry = {
    act: 'undo',
    drop,
    actor,
    reason: why,
    before: null,
    after: { undoes: seq, sku, delta: -delta },
  };
  if (!(await plane.audit.claimUndo(seq, entry)))
    throw problem('nothing-to-undo', 'It has been undone already.');
  try {
    await moveStock(plane, {
      drop,
      sku,
      delta: -delta,
      actor,
      reason: why,
      key: `undo-${seq}`,
      isConfirmed: true,
      isUndoing: true,
    });
  } catch (error) {
    // Whether an unanswered movement happened is for a person to find out; until then nobody may send it again.
    const isUnknown = error instanceof Error && 'type' in error && error.type === 'stock-outcome-unknown';
    if (!isUnknown) await plane.audit.releaseUndo(seq);
    throw error;
  }
}
