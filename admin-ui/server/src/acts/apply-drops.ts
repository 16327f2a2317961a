/** Makes drops what a file says: all that its plan says, or nothing when any of it is refused. */
import { problem } from '@sluice/service-kit';
import type { Who } from '../store/audit.ts';
import { changeDrop } from './change-drop.ts';
import type { ControlPlane } from './control-plane.ts';
import { createDrop } from './create-drop.ts';
import { type DropInFile, type DropsPlan, fileChange, planDrops } from './plan-drops.ts';

export interface ApplyOptions extends Who {
  /** Of the plan somebody has looked at; undefined: whatever it is now. */
  readonly digest: string | undefined;
  readonly isConfirmed: boolean;
}

/**
 * Each drop is a transaction and an act of its own; a store that fails in the middle leaves the rest for the next time,
 * whose plan says so.
 * @throws Problem 409 `plan-refused`, `plan-changed`, `confirmation-required`
 */
export async function applyDrops(
  plane: ControlPlane,
  files: readonly DropInFile[],
  { digest, isConfirmed, ...who }: ApplyOptions,
): Promise<DropsPlan & { applied: string[] }> {
  const plan = await planDrops(plane, files);
  const refused = plan.changes.filter(({ action }) => action === 'refused');
  if (refused.length > 0)
    throw problem(
      'plan-refused',
      `${refused.map(({ drop, refusals }) => `${drop}: ${refusals.join(', ')}`).join('; ')}.`,
      {
        changes: refused,
      },
    );
  if (digest !== undefined && digest !== plan.digest)
    throw problem('plan-changed', 'The drops or the file have changed since; look at the plan again.', {
      digest: plan.digest,
    });
  const dangers = plan.changes.flatMap((one) => one.dangers.map((danger) => `${one.drop}: ${danger}`));
  if (dangers.length > 0 && !isConfirmed)
    throw problem('confirmation-required', `${dangers.join(' ')} Apply it with confirm=true.`, { dangers });
  const byId = new Map(files.map((file) => [file.id, file]));
  const applied: string[] = [];
  for (const { drop, action } of plan.changes) {
    const file = byId.get(drop);
    if (!file || action === 'none') continue;
    if (action === 'create') await createDrop(plane, file, who);
    else
      await changeDrop(plane, {
        ...{ act: 'plan.apply', drop, ifVersion: null, isConfirmed, ...who },
        decide: (current, live) => fileChange(file, current, live),
      });
    applied.push(drop);
  }
  return { ...plan, applied };
}
