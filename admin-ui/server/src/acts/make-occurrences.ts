/** Makes the drops of a series that are due to be made. Any number of instances may: an occurrence has one id, and is made once. */
import { Problem } from '@sluice/service-kit';
import { occurrencesOf } from '../domain/recurrence.ts';
import { occurrenceId, type Series } from '../domain/series.ts';
import { SeriesChanged } from '../store/series.ts';
import { type ControlPlane, SYSTEM } from './control-plane.ts';
import { createDrop } from './create-drop.ts';

const DAY_MS = 86_400_000;

/** Up to when drops of a series should be there. */
export const dueUntil = ({ aheadDays }: Series, now: Date): Date =>
  new Date(now.getTime() + aheadDays * DAY_MS);

/** @returns ids of those made, or found made */
export async function makeOccurrences(plane: ControlPlane, series: Series, until: Date): Promise<string[]> {
  const { id, name, timeZone, openSeconds, plan, madeUntil, changedAt } = series;
  // What lies in the past was not made in time: nobody can come to it any more.
  const from = new Date(Math.max(madeUntil.getTime(), Date.now()));
  const made: string[] = [];
  for (const { local, opensAt } of occurrencesOf(series, from, until)) {
    const drop = occurrenceId(id, local);
    const closesAt = openSeconds === null ? null : new Date(opensAt.getTime() + openSeconds * 1000);
    try {
      await createDrop(
        plane,
        {
          ...{ id: drop, name, timeZone, ...plan, products: [...plan.products] },
          opensAt: opensAt.toISOString(),
          closesAt: closesAt?.toISOString() ?? null,
        },
        { actor: SYSTEM, reason: `of the series ${id}` },
        { series: { id, occursLocal: local, isEditedAlone: false }, seriesAsOf: changedAt },
      );
    } catch (error) {
      // Somebody has changed or ended it meanwhile: the others are made as it is now.
      if (error instanceof SeriesChanged) {
        const now = await plane.series.find(id);
        return now && !now.endedAt ? [...made, ...(await makeOccurrences(plane, now, until))] : made;
      }
      // Another instance was faster, or this one was killed before it had noted it.
      if (!(error instanceof Problem && error.type === 'drop-exists')) throw error;
    }
    made.push(drop);
    await plane.series.noteMade(id, opensAt);
  }
  await plane.series.noteMade(id, until);
  return made;
}

/** The job: every series that goes on. One that fails does not keep the others from being made. */
export async function makeDueOccurrences(plane: ControlPlane): Promise<void> {
  const failed: unknown[] = [];
  for (const series of await plane.series.active()) {
    const until = dueUntil(series, new Date());
    // A look a minute is enough: drops are made days ahead.
    if (until.getTime() - series.madeUntil.getTime() < 60_000) continue;
    await makeOccurrences(plane, series, until).catch((error: unknown) => failed.push(error));
  }
  if (failed.length > 0) throw new AggregateError(failed, 'drops of some series could not be made');
}
