/** What the series of a file would change, without changing anything. */
import { canonicalJson } from '../domain/audit-chain.ts';
import { REFUSALS, type Refusal } from '../domain/refusals.ts';
import type { Series } from '../domain/series.ts';
import { contrastText, lowContrasts } from '../domain/theme.ts';
import type { NewSeries } from '../store/series.ts';
import { newSeries, type PlanRequest, planAfter, type SeriesRequest, seriesFaults } from './change-series.ts';
import type { ControlPlane } from './control-plane.ts';
import type { PlannedChange } from './plan-drops.ts';

export interface PlannedSeries extends Pick<PlannedChange, 'action' | 'fields' | 'refusals'> {
  readonly series: string;
}

/** By what a series is made, and never changed: its drops are called after it. */
const FIXED = ['rrule', 'startsLocal', 'timeZone', 'choice', 'currency'] as const;

/** @throws a store fault; what is wrong with a series stands in its change */
export async function planSeries(
  plane: ControlPlane,
  files: readonly SeriesRequest[],
): Promise<PlannedSeries[]> {
  const changes: PlannedSeries[] = [];
  for (const file of files) changes.push(changeOf(file, await plane.series.find(file.id)));
  return changes;
}

function changeOf(file: SeriesRequest, series: Series | undefined): PlannedSeries {
  const plain = { series: file.id, fields: [], refusals: [] };
  const now = new Date();
  if (!series) {
    const refusals = refusalsOf(newSeries(file, now), now);
    if (refusals.length > 0) return { ...plain, action: 'refused', refusals };
    const { id: _, ...stated } = file;
    const fields = Object.entries(stated).map(([field, to]) => ({ field, from: null, to }));
    return { ...plain, action: 'create', fields };
  }
  const fixed = FIXED.filter((name) => {
    const stated = file[name];
    const current = name === 'currency' ? series.plan.currency : series[name];
    return stated !== undefined && (stated ?? null) !== current;
  }).map((name): Refusal => `${name} is what it is for good: end the series and make another`);
  const after = afterFile(file, series);
  const fields = differences(toldOf(series), toldOf(after));
  if (fields.length === 0 && fixed.length === 0) return { ...plain, action: 'none' };
  const refusals = [
    ...fixed,
    ...(series.endedAt === null ? [] : [REFUSALS['series-over']]),
    ...refusalsOf(after, now),
  ];
  return { ...plain, fields, refusals, action: refusals.length > 0 ? 'refused' : 'change' };
}

/** What a file says of a series that is there, as its change takes it. */
export function fileEdit(file: SeriesRequest): PlanRequest {
  const told: readonly string[] = ['id', ...FIXED];
  return Object.fromEntries(Object.entries(file).filter(([name]) => !told.includes(name)));
}

function afterFile(file: SeriesRequest, series: Series): Series {
  const { name = series.name, aheadDays = series.aheadDays, skipped = series.skipped } = file;
  const { openSeconds = series.openSeconds } = file;
  return { ...series, name, aheadDays, skipped, openSeconds, plan: planAfter(series.plan, fileEdit(file)) };
}

function refusalsOf(series: NewSeries, now: Date): string[] {
  const { theme } = series.plan.page;
  return [
    ...seriesFaults(series, now).map(({ path, reason }) => `${path.slice(1)} ${reason}`),
    ...(theme ? lowContrasts(theme).map((low) => `page.theme: ${contrastText(low)}`) : []),
  ];
}

/** By name, one level deep: as a file has it. */
function toldOf({ name, aheadDays, openSeconds, skipped, plan }: Series): Map<string, unknown> {
  const { admission, page, access, perShopperLimit, products } = plan;
  const nested = Object.entries({ admission, page, access }).flatMap(([member, fields]) =>
    Object.entries(fields).map(([field, value]): [string, unknown] => [`${member}.${field}`, value]),
  );
  const flat = Object.entries({ name, aheadDays, openSeconds, skipped, perShopperLimit, products });
  return new Map<string, unknown>([...flat, ...nested]);
}

function differences(before: Map<string, unknown>, after: Map<string, unknown>): PlannedSeries['fields'] {
  return [...after]
    .filter(([field, value]) => canonicalJson(value ?? null) !== canonicalJson(before.get(field) ?? null))
    .map(([field, to]) => ({ field, from: before.get(field) ?? null, to: to ?? null }));
}
