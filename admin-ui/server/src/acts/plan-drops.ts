/** What a file of drops would change, without changing anything. */
import { createHash } from 'node:crypto';
import { Problem } from '@sluice/service-kit';
import type { AdmissionPolicy } from '../domain/admission-policy.ts';
import { canonicalJson } from '../domain/audit-chain.ts';
import { dangersOf } from '../domain/dangers.ts';
import type { Drop, DropChange, DropPage } from '../domain/drop.ts';
import { planFaults } from '../domain/plan-rules.ts';
import { REFUSALS, type Refusal } from '../domain/refusals.ts';
import { contrastText, lowContrasts } from '../domain/theme.ts';
import type { LivePicture } from '../projection/live.ts';
import { beforeAndAfter, differing } from '../store/drop-row.ts';
import { planChange, refuseClosed } from './change-plan.ts';
import { policyChange } from './change-policy.ts';
import type { SeriesRequest } from './change-series.ts';
import type { ControlPlane } from './control-plane.ts';
import type { DropRequest } from './create-drop.ts';
import { type CodesInFile, planCodes } from './plan-codes.ts';
import { type PlannedSeries, planSeries } from './plan-series.ts';

export type DropInFile = DropRequest & { readonly id: string; readonly codes?: readonly CodesInFile[] };

export interface PlannedChange {
  readonly drop: string;
  readonly action: 'create' | 'change' | 'none' | 'refused';
  readonly fields: readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[];
  readonly dangers: readonly string[];
  readonly refusals: readonly string[];
}

export interface DropsPlan {
  /** The same for the same changes of the same drops; another one when anybody has changed one meanwhile. */
  readonly digest: string;
  readonly summary: string;
  readonly changes: PlannedChange[];
  readonly series: PlannedSeries[];
}

export interface PlanFile {
  readonly drops: readonly DropInFile[];
  readonly series: readonly SeriesRequest[];
}

/** @throws a store fault; what is wrong with a drop stands in its change */
export async function planDrops(
  plane: ControlPlane,
  { drops: files, series: seriesFiles }: PlanFile,
): Promise<DropsPlan> {
  const pictures = await plane.projection.live(files.map(({ id }) => id));
  const changes: PlannedChange[] = [];
  for (const file of files) {
    const live = pictures.get(file.id);
    if (!live) throw new Error('Redis told nothing of a drop it was asked for');
    changes.push(changeOf(file, await plane.drops.find(file.id), live));
  }
  const series = await planSeries(plane, seriesFiles);
  const count = (action: PlannedChange['action']) =>
    [...changes, ...series].filter((one) => one.action === action).length;
  return {
    digest: createHash('sha256')
      .update(canonicalJson(series.length > 0 ? { changes, series } : changes))
      .digest('hex'),
    summary: `${count('create')} to create, ${count('change')} to change, ${count('none')} as they are, ${count('refused')} refused`,
    changes,
    series,
  };
}

function changeOf(file: DropInFile, drop: Drop | undefined, live: LivePicture): PlannedChange {
  const plain = { drop: file.id, fields: [], dangers: [], refusals: [] };
  if (!drop) {
    const { theme } = file.page ?? {};
    const refusals = [
      ...planFaults(file, live.asOf.getTime()).map(({ path, reason }) => `${path.slice(1)} ${reason}`),
      ...(theme ? lowContrasts(theme).map((low) => `page.theme: ${contrastText(low)}`) : []),
    ];
    if (refusals.length > 0) return { ...plain, action: 'refused', refusals };
    const { id: _, ...stated } = file;
    const fields = Object.entries(stated).map(([field, to]) => ({ field, from: null, to }));
    return { ...plain, action: 'create', fields };
  }
  const codes = planCodes(file.codes ?? [], drop);
  const refusals = [...fixedMembers(file, drop), ...codes.refusals];
  try {
    if (codes.fields.length > 0) refuseClosed(live);
    const change = differing(drop, fileChange(file, drop, live));
    const { before, after } = beforeAndAfter(drop, { ...drop, ...change }, change);
    const fields = [...fieldsOf(before, after), ...codes.fields];
    if (refusals.length > 0) return { ...plain, action: 'refused', fields, refusals };
    if (fields.length === 0) return { ...plain, action: 'none' };
    const dangers = live.phase === 'scheduled' ? [] : dangersOf(drop, change);
    return { ...plain, action: 'change', fields, dangers };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...plain, action: 'refused', refusals: [...refusals, error.detail ?? error.title] };
  }
}

/**
 * What the file says of a drop that is there; what it leaves out stays as it is.
 * @throws Problem what the live drop refuses
 */
export function fileChange(file: DropInFile, drop: Drop, live: LivePicture): DropChange {
  const { name, perShopperLimit, page, access, admission } = file;
  const { timeZone, opensAt, opensAtLocal, opensAtChoice, closesAt, closesAtLocal, closesAtChoice } = file;
  const schedule = {
    timeZone,
    opensAt,
    opensAtLocal,
    opensAtChoice,
    closesAt,
    closesAtLocal,
    closesAtChoice,
  };
  const stated = Object.fromEntries(
    Object.entries({ name, perShopperLimit, page, access, ...schedule }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  // A drop that is over and stays as it is needs no permission to.
  if (isSame(file, drop)) return {};
  const plan = planChange(stated as Parameters<typeof planChange>[0], drop, live);
  const policy = admission
    ? policyChange(admission as Partial<AdmissionPolicy>, { ...drop, ...plan }, live)
    : {};
  const { ramp: _ramp, ...steady } = policy;
  const isRateChanged = (policy.admission ?? drop.admission).ratePerMinute !== drop.admission.ratePerMinute;
  return { ...plan, ...(isRateChanged ? policy : steady) };
}

function isSame(file: DropInFile, drop: Drop): boolean {
  if (file.opensAtLocal !== undefined || file.closesAtLocal !== undefined) return false;
  const { name = drop.name, perShopperLimit = drop.perShopperLimit, timeZone = drop.timeZone } = file;
  const wanted: DropChange = {
    name,
    perShopperLimit,
    timeZone,
    opensAt: file.opensAt === undefined ? drop.opensAt : new Date(file.opensAt),
    closesAt: file.closesAt === undefined ? drop.closesAt : file.closesAt && new Date(file.closesAt),
    page: { ...drop.page, ...(file.page as Partial<DropPage> | undefined) },
    access: { ...drop.access, ...file.access },
    admission: { ...drop.admission, ...file.admission },
  } as DropChange;
  return Object.keys(differing(drop, wanted)).length === 0;
}

/** What no file changes of a drop that is there. */
function fixedMembers({ currency, products }: DropInFile, drop: Drop): Refusal[] {
  return [
    ...(currency !== undefined && currency !== drop.currency
      ? [`currency is ${drop.currency} for good` as const]
      : []),
    ...(products !== undefined && canonicalJson(products) !== canonicalJson(drop.products)
      ? [REFUSALS['products-fixed']]
      : []),
  ];
}

function fieldsOf(before: Record<string, unknown>, after: Record<string, unknown>): PlannedChange['fields'] {
  const isPlain = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return Object.keys(after)
    .filter((name) => name !== 'policyVersion')
    .flatMap((name) => {
      const [from, to] = [before[name], after[name]];
      if (!isPlain(from) || !isPlain(to)) return [{ field: name, from: from ?? null, to: to ?? null }];
      return Object.keys(to).map((member) => ({
        field: `${name}.${member}`,
        from: from[member] ?? null,
        to: to[member] ?? null,
      }));
    });
}
