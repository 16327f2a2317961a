/** Series: made, changed from an occurrence on, ended. */
import { Problem, problem } from '@sluice/service-kit';
import { type AdmissionPolicy, DEFAULT_POLICY } from '../domain/admission-policy.ts';
import { type Drop, type DropPage, PLAIN_PAGE, type Product } from '../domain/drop.ts';
import { accessFaults, type DropAccess, OPEN_ACCESS } from '../domain/drop-access.ts';
import type { Fault } from '../domain/fault.ts';
import { pageFaults, productFaults, shopFaults } from '../domain/plan-rules.ts';
import { occurrencesOf, type Recurrence, recurrenceFaults } from '../domain/recurrence.ts';
import { reservedIdFaults } from '../domain/rehearsal.ts';
import type { Series, SeriesPlan } from '../domain/series.ts';
import { resolveLocal } from '../domain/zoned-time.ts';
import type { Who } from '../store/audit.ts';
import { SERIES_ACT } from '../store/drops.ts';
import type { NewSeries } from '../store/series.ts';
import { changeDrop } from './change-drop.ts';
import { planChange, refuseLowContrast } from './change-plan.ts';
import { policyChange } from './change-policy.ts';
import type { ControlPlane } from './control-plane.ts';
import { DEFAULT_CURRENCY, DEFAULT_PER_SHOPPER_LIMIT } from './create-drop.ts';
import { dueUntil, makeOccurrences } from './make-occurrences.ts';

/** What a merchant states of the drops of a series. */
export interface PlanRequest {
  readonly name?: string;
  readonly admission?: Partial<AdmissionPolicy>;
  readonly page?: Partial<DropPage>;
  readonly perShopperLimit?: number;
  readonly products?: Product[];
  readonly access?: Partial<DropAccess>;
  readonly aheadDays?: number;
  readonly openSeconds?: number | null;
  readonly skipped?: string[];
}

export interface SeriesRequest extends PlanRequest {
  readonly id: string;
  readonly name: string;
  readonly rrule: string;
  readonly startsLocal: string;
  readonly timeZone: string;
  readonly choice?: Recurrence['choice'];
  readonly currency?: string;
}

const DEFAULT_AHEAD_DAYS = 14;

/** As a merchant has asked for it, with what they did not state. */
export function newSeries(request: SeriesRequest, now: Date): NewSeries {
  const { id, name, rrule, startsLocal, timeZone, choice = null, skipped = [], openSeconds = null } = request;
  const plan: SeriesPlan = {
    admission: { ...DEFAULT_POLICY, ...request.admission },
    page: { ...PLAIN_PAGE, ...request.page },
    perShopperLimit: request.perShopperLimit ?? DEFAULT_PER_SHOPPER_LIMIT,
    currency: request.currency ?? DEFAULT_CURRENCY,
    products: request.products ?? [],
    access: { ...OPEN_ACCESS, ...request.access },
  };
  const rule = { rrule, startsLocal, timeZone, choice, skipped };
  const aheadDays = request.aheadDays ?? DEFAULT_AHEAD_DAYS;
  return { id, name, ...rule, openSeconds, plan, madeUntil: now, aheadDays };
}

export const seriesFaults = (series: NewSeries, now: Date): Fault[] => [
  // Its drops are called so, and more.
  ...reservedIdFaults(`${series.id}-`),
  ...recurrenceFaults(series, now),
  ...planFaults(series.plan),
];

/** @throws Problem 400 `invalid-request`, 409 `series-exists`, 422 `low-contrast` */
export async function createSeries(plane: ControlPlane, request: SeriesRequest, who: Who): Promise<Series> {
  const planned = newSeries(request, new Date());
  const { id } = planned;
  refuse(seriesFaults(planned, planned.madeUntil));
  refuseLowContrast(planned.plan.page);
  const series = await plane.series.create(planned, who);
  if (!series) throw problem('series-exists', `There is a series "${id}" already.`);
  plane.count.act('series.create');
  // What is due now is there with the answer; what fails the job makes.
  await makeOccurrences(plane, series, dueUntil(series, new Date())).catch((err: unknown) =>
    plane.log.warn({ err, series: id }, 'the first drops of a series are made later'),
  );
  return series;
}

export interface SeriesEdit extends Who {
  readonly series: string;
  readonly request: PlanRequest;
  /** Clock time of the first occurrence it is for; null: of all that have not opened. */
  readonly from: string | null;
}

export interface EditedSeries {
  readonly series: Series;
  /** Drops that were made already and are changed with it. */
  readonly changed: string[];
  /** Those edited alone, and those that refused, with the reason. */
  readonly left: { drop: string; reason: string }[];
}

/**
 * Changes a series and its later drops. What is to come before `from` is made first, as it was. A drop that somebody has edited alone stays as
 * it is, and so does one that has opened. Products of drops that are there change by stock movements only.
 * @throws Problem 404 `no-such-series`, 400 `invalid-request`, 409 `series-ended`
 */
export async function changeSeries(plane: ControlPlane, edit: SeriesEdit): Promise<EditedSeries> {
  const { series: id, request, from, ...who } = edit;
  const found = await requireSeries(plane, id);
  const now = new Date();
  const fromAt = from === null ? now : occurrenceAt(found, from);
  if (fromAt > now) await makeOccurrences(plane, found, new Date(fromAt.getTime() - 1));
  const series = await plane.series.change(id, who, (current) => {
    if (current.endedAt) throw problem('series-ended', 'No more drops are made of it; make another series.');
    const plan = planAfter(current.plan, request);
    const { name = current.name, aheadDays = current.aheadDays, skipped = current.skipped } = request;
    const { openSeconds = current.openSeconds } = request;
    refuse(seriesFaults({ ...current, skipped, plan }, now));
    refuseLowContrast(plan.page);
    return { plan, name, aheadDays, openSeconds, skipped };
  });
  if (!series) throw problem('no-such-series', `No series has the id "${id}".`);
  plane.count.act('series.change');
  const changed: string[] = [];
  const left: EditedSeries['left'] = [];
  for (const drop of await plane.series.drops(id, fromAt)) {
    if (drop.series?.isEditedAlone) left.push({ drop: drop.id, reason: 'was edited alone' });
    else if (drop.opensAt <= now) left.push({ drop: drop.id, reason: 'has opened' });
    else
      await changeOccurrence(plane, drop, request, who).then(
        () => changed.push(drop.id),
        (error: unknown) => {
          if (!(error instanceof Problem) || error.status >= 500) throw error;
          left.push({ drop: drop.id, reason: error.message });
        },
      );
  }
  return { series, changed, left };
}

function changeOccurrence(
  plane: ControlPlane,
  { id }: Drop,
  { name, page, perShopperLimit, admission, access, openSeconds }: PlanRequest,
  who: Who,
): Promise<Drop> {
  return changeDrop(plane, {
    ...{ act: SERIES_ACT, drop: id, ifVersion: null, isConfirmed: true, ...who },
    decide: (drop, live) => ({
      ...planChange(
        {
          ...(name !== undefined && { name }),
          ...(page !== undefined && { page }),
          ...(perShopperLimit !== undefined && { perShopperLimit }),
          ...(access !== undefined && { access }),
          ...(openSeconds !== undefined && { closesAt: closingOf(drop, openSeconds) }),
        },
        drop,
        live,
      ),
      ...(admission && policyChange(admission, drop, live)),
    }),
  });
}

const closingOf = ({ opensAt }: Drop, openSeconds: number | null): string | null =>
  openSeconds === null ? null : new Date(opensAt.getTime() + openSeconds * 1000).toISOString();

/** Drops that were made stay. @throws Problem 404 `no-such-series`, 409 `series-ended` */
export async function endSeries(plane: ControlPlane, id: string, who: Who): Promise<void> {
  await requireSeries(plane, id);
  if (!(await plane.series.end(id, who))) throw problem('series-ended', 'It has ended already.');
  plane.count.act('series.end');
}

/** @throws Problem 404 `no-such-series` */
export async function requireSeries(plane: ControlPlane, id: string): Promise<Series> {
  const series = await plane.series.find(id);
  if (!series) throw problem('no-such-series', `No series has the id "${id}".`);
  return series;
}

/** A plan with what is asked for in it. */
export function planAfter(plan: SeriesPlan, request: PlanRequest): SeriesPlan {
  const { admission, page, perShopperLimit = plan.perShopperLimit, products = plan.products } = request;
  return {
    ...plan,
    ...{ perShopperLimit, products },
    admission: { ...plan.admission, ...admission },
    page: { ...plan.page, ...page },
    access: { ...plan.access, ...request.access },
  };
}

const planFaults = (plan: SeriesPlan): Fault[] => [
  ...pageFaults(plan.page),
  ...shopFaults(plan.page),
  ...productFaults(plan),
  ...accessFaults(plan.access),
];

function occurrenceAt(series: Series, local: string): Date {
  const resolved = resolveLocal(local, series.timeZone, series.choice ?? undefined);
  const at = 'instant' in resolved ? resolved.instant : undefined;
  const isOne =
    at !== undefined &&
    occurrencesOf(series, new Date(at.getTime() - 1), at).some(({ opensAt }) => +opensAt === +at);
  if (!isOne) refuse([{ path: '/from', reason: 'must be the clock time of an occurrence' }]);
  return at as Date;
}

function refuse(faults: readonly Fault[]): void {
  const errors = faults.map(({ path, reason }) => ({ field: `body${path.replaceAll('/', '.')}`, reason }));
  const [first] = errors;
  if (first) throw problem('invalid-request', `${first.field} ${first.reason}`, { errors });
}
