/** A series as operators see it: its rule, its plan, and the drops that come next. */
import { OCCURRENCES_SHOWN } from '../contract/series.ts';
import { occurrencesOf } from '../domain/recurrence.ts';
import type { Series } from '../domain/series.ts';
import type { ControlPlane } from './control-plane.ts';

/** Looked at for what comes next: yearly drops have two of them. */
const LOOKED_AHEAD_MS = 731 * 86_400_000;

export async function tellSeries(plane: ControlPlane, series: Series) {
  const now = new Date();
  const made = new Map(
    (await plane.series.drops(series.id, now)).map((drop) => [drop.series?.occursLocal, drop]),
  );
  const ahead = series.endedAt
    ? []
    : occurrencesOf(series, now, new Date(now.getTime() + LOOKED_AHEAD_MS)).slice(0, OCCURRENCES_SHOWN);
  const unmade = ahead
    .filter(({ local }) => !made.has(local))
    .map((one) => ({ ...one, drop: null, isEditedAlone: false }));
  const next = [...made.values()]
    .map(({ id, opensAt, series: of }) => ({
      local: of?.occursLocal ?? '',
      opensAt,
      drop: id,
      isEditedAlone: of?.isEditedAlone ?? false,
    }))
    .concat(unmade as never[])
    .sort((a, b) => a.opensAt.getTime() - b.opensAt.getTime())
    .slice(0, OCCURRENCES_SHOWN)
    .map((one) => ({ ...one, opensAt: one.opensAt.toISOString() }));
  return { ...tellRule(series), next };
}

export function tellRule({ plan, madeUntil: _, changedAt: __, endedAt, skipped, ...series }: Series) {
  return {
    ...series,
    ...plan,
    skipped: [...skipped],
    products: [...plan.products],
    endedAt: endedAt?.toISOString() ?? null,
  };
}
