/** Makes drops what a file says: all that its plan says, or nothing when any of it is refused. */
import { problem } from '@sluice/service-kit';
import type { CodeBatch } from '../domain/access-codes.ts';
import type { Drop } from '../domain/drop.ts';
import type { Who } from '../store/audit.ts';
import { makeCodes } from './access-codes.ts';
import { changeDrop } from './change-drop.ts';
import { changeSeries, createSeries } from './change-series.ts';
import type { ControlPlane } from './control-plane.ts';
import { createDrop } from './create-drop.ts';
import { type CodesInFile, missingCodes } from './plan-codes.ts';
import { type DropsPlan, fileChange, type PlanFile, planDrops } from './plan-drops.ts';
import { fileEdit } from './plan-series.ts';

export interface ApplyOptions extends Who {
  /** Of the plan somebody has looked at; undefined: whatever it is now. */
  readonly digest: string | undefined;
  readonly isConfirmed: boolean;
}

export interface ToldCodes {
  readonly drop: string;
  readonly label: string;
  readonly kind: CodeBatch['kind'];
  readonly codes: string[];
}

/**
 * Each drop is a transaction and an act of its own; a store that fails in the middle leaves the rest for the next time,
 * whose plan says so.
 * @throws Problem 409 `plan-refused`, `plan-changed`, `confirmation-required`
 */
export async function applyDrops(
  plane: ControlPlane,
  file: PlanFile,
  { digest, isConfirmed, ...who }: ApplyOptions,
): Promise<DropsPlan & { applied: string[]; codes: ToldCodes[] }> {
  const plan = await planDrops(plane, file);
  const refused = [
    ...plan.changes.map((one) => ({ ...one, of: one.drop })),
    ...plan.series.map((one) => ({ ...one, of: one.series })),
  ].filter(({ action }) => action === 'refused');
  if (refused.length > 0)
    throw problem(
      'plan-refused',
      `${refused.map(({ of, refusals }) => `${of}: ${refusals.join(', ')}`).join('; ')}.`,
      {
        changes: refused.map(({ of: _, ...change }) => change),
      },
    );
  if (digest !== undefined && digest !== plan.digest)
    throw problem('plan-changed', 'The drops or the file have changed since; look at the plan again.', {
      digest: plan.digest,
    });
  const dangers = plan.changes.flatMap((one) => one.dangers.map((danger) => `${one.drop}: ${danger}`));
  if (dangers.length > 0 && !isConfirmed)
    throw problem('confirmation-required', `${dangers.join(' ')} Apply it with confirm=true.`, { dangers });
  const byId = new Map(file.drops.map((one) => [one.id, one]));
  const applied: string[] = [];
  const codes: ToldCodes[] = [];
  for (const { drop, action } of plan.changes) {
    const stated = byId.get(drop);
    if (!stated || action === 'none') continue;
    let now: Drop;
    if (action === 'create') now = await createDrop(plane, stated, who);
    else
      now = await changeDrop(plane, {
        ...{ act: 'plan.apply', drop, ifVersion: null, isConfirmed, ...who },
        decide: (current, live) => fileChange(stated, current, live),
      });
    for (const missing of missingCodes(stated.codes ?? [], now.codeBatches)) {
      const made = await makeCodes(plane, missing, {
        drop,
        ifVersion: null,
        ...who,
        check: stillMissing(missing),
      });
      codes.push({ drop, label: missing.label, kind: missing.kind, codes: made.codes });
    }
    applied.push(drop);
  }
  // After the drops: of a series that is made anew those that the file has are there already.
  for (const { series, action } of plan.series) {
    const stated = file.series.find(({ id }) => id === series);
    if (!stated || action === 'none') continue;
    if (action === 'create') await createSeries(plane, stated, who);
    else await changeSeries(plane, { series, request: fileEdit(stated), from: null, ...who });
    applied.push(series);
  }
  return { ...plan, applied, codes };
}

/** Somebody may have applied the same file meanwhile: what was sent out twice could not be told apart. */
const stillMissing = (codes: CodesInFile) => (batches: readonly CodeBatch[]) => {
  if (missingCodes([codes], batches).length === 0)
    throw problem('plan-changed', `Codes "${codes.label}" were made meanwhile; look at the plan again.`);
};
