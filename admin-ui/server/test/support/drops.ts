/** A drop in Postgres alone: for tests of stores, which need no room and no checkout. */
import { DEFAULT_POLICY } from '../../src/domain/admission-policy.ts';
import { type Drop, PLAIN_PAGE } from '../../src/domain/drop.ts';
import { OPEN_ACCESS } from '../../src/domain/drop-access.ts';
import type { DropStore, NewDrop } from '../../src/store/drops.ts';
import { anyDrop } from './control-plane.ts';

/** Tomorrow, drawn, of one product; `over` replaces what it states. */
export async function makeDrop(drops: DropStore, over: Partial<NewDrop> = {}): Promise<Drop> {
  const opensAt = new Date(Date.now() + 86_400_000);
  const plan: NewDrop = {
    ...{ id: anyDrop(), name: 'Aurora Low', timeZone: 'UTC', page: PLAIN_PAGE, access: OPEN_ACCESS },
    ...{ opensAt, lobbyOpensAt: new Date(opensAt.getTime() - 900_000), closesAt: null },
    admission: DEFAULT_POLICY,
    ...{ perShopperLimit: 2, currency: 'EUR', codeBatches: [], isDraft: false, series: null },
    products: [{ sku: 'low-41', name: 'Aurora Low, size 41', priceMinor: 12_900, stock: 60 }],
    ...{ override: '', overrideUntil: null, overrideOwner: null, overrideReason: null },
    ...{ ramp: null, ignoreCapacityUntil: null },
    ...over,
  };
  const drop = await drops.create(plan, { actor: 'test', reason: null }, null);
  if (!drop) throw new Error('the id is taken');
  return drop;
}
