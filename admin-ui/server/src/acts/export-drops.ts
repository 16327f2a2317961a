/** All drops as a file that plans to change nothing. */
import { stringify } from 'yaml';
import type { Drop } from '../domain/drop.ts';
import type { Cursor } from '../store/drops.ts';
import type { ControlPlane } from './control-plane.ts';

const READ_AT_ONCE = 200;

/** @param only ids of the only ones to tell; null: all */
export async function exportDrops({ drops }: ControlPlane, only: readonly string[] | null): Promise<string> {
  const all: Drop[] = [];
  for (let after: Cursor | null = null; ; ) {
    const page: Drop[] = await drops.list({ limit: READ_AT_ONCE, after, only });
    all.push(...page);
    const last = page.at(-1);
    if (!last || page.length < READ_AT_ONCE) break;
    after = { opensAtMs: last.opensAt.getTime(), id: last.id };
  }
  return stringify({ version: 1, drops: all.map(fileOf) }, { lineWidth: 120 });
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
}: Drop) {
  return {
    ...{ id, name, timeZone },
    opensAt: opensAt.toISOString(),
    closesAt: closesAt?.toISOString() ?? null,
    // A picture is no text: a logo is sent to each installation apart.
    ...{ admission, page: statedPage(page), perShopperLimit, currency, products: [...products], access },
  };
}
