/** All drops as a file that plans to change nothing. */
import { stringify } from 'yaml';
import type { Drop } from '../domain/drop.ts';
import type { Series } from '../domain/series.ts';
import type { Cursor } from '../store/drops.ts';
import type { ControlPlane } from './control-plane.ts';
import { declaredCodes } from './plan-codes.ts';

const READ_AT_ONCE = 200;

/** @param only ids of the only ones to tell; null: all */
export async function exportDrops(
  { drops, series }: ControlPlane,
  only: readonly string[] | null,
): Promise<string> {
  const all: Drop[] = [];
  for (let after: Cursor | null = null; ; ) {
    const page: Drop[] = await drops.list({ limit: READ_AT_ONCE, after, only });
    all.push(...page);
    const last = page.at(-1);
    if (!last || page.length < READ_AT_ONCE) break;
    after = { opensAtMs: last.opensAt.getTime(), id: last.id };
  }
  // A series is the whole installation's.
  const recurring = only === null ? (await series.active()).map(seriesFileOf) : [];
  const file = { version: 1, drops: all.map(fileOf), ...(recurring.length > 0 && { series: recurring }) };
  return stringify(file, { lineWidth: 120 });
}

function seriesFileOf({
  id,
  name,
  rrule,
  startsLocal,
  timeZone,
  choice,
  skipped,
  aheadDays,
  openSeconds,
  plan,
}: Series) {
  return {
    ...{ id, name, rrule, startsLocal, timeZone, choice, skipped: [...skipped], aheadDays, openSeconds },
    ...{ ...plan, page: statedPage(plan.page), products: [...plan.products] },
  };
}

const statedPage = ({ logo: _, ...stated }: Drop['page']) => stated;

function fileOf({
  id,
  name,
  timeZone,
  opensAt,
  closesAt,
  admission,
  page,
  perShopperLimit,
  currency,
  products,
  access,
  codeBatches,
}: Drop) {
  const codes = declaredCodes(codeBatches);
  return {
    ...{ id, name, timeZone },
    opensAt: opensAt.toISOString(),
    closesAt: closesAt?.toISOString() ?? null,
    // A picture is no text: a logo is sent to each installation apart.
    ...{ admission, page: statedPage(page), perShopperLimit, currency, products: [...products], access },
    ...(codes.length > 0 && { codes }),
  };
}
