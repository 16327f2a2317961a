/** Makes a drop: planned, sealed, written to Redis, set up in the checkout. */
import { randomBytes } from 'node:crypto';
import { problem } from '@sluice/service-kit';
import { type AdmissionPolicy, DEFAULT_POLICY } from '../domain/admission-policy.ts';
import { type Drop, type DropPage, lobbyOpening, type Product } from '../domain/drop.ts';
import type { Who } from '../store/audit.ts';
import { tell } from './change-drop.ts';
import type { ControlPlane } from './control-plane.ts';

/** What a merchant states; the rest are defaults. */
export interface DropRequest {
  readonly id?: string;
  readonly name: string;
  readonly opensAt: string;
  readonly closesAt?: string | null;
  readonly admission?: Partial<AdmissionPolicy>;
  readonly page?: Partial<DropPage>;
  readonly perShopperLimit?: number;
  readonly currency?: string;
  readonly products?: Product[];
}

const DEFAULT_PER_SHOPPER_LIMIT = 2;
const DEFAULT_CURRENCY = 'EUR';

/**
 * Once it returns the drop will be in room and checkout, whatever answers right now; its answer says what is still to come.
 * @throws Problem 409 `drop-exists`
 */
export async function createDrop(plane: ControlPlane, request: DropRequest, who: Who): Promise<Drop> {
  const id = request.id ?? makeId(request.name);
  const admission = { ...DEFAULT_POLICY, ...request.admission };
  const opensAt = new Date(request.opensAt);
  const { message = {}, returnOrigins = [], defaultReturnTo = null } = request.page ?? {};
  const drop = await plane.drops.create(
    {
      id,
      name: request.name,
      opensAt,
      lobbyOpensAt: lobbyOpening(opensAt, admission),
      closesAt: request.closesAt ? new Date(request.closesAt) : null,
      admission,
      page: { message, returnOrigins, defaultReturnTo },
      perShopperLimit: request.perShopperLimit ?? DEFAULT_PER_SHOPPER_LIMIT,
      currency: request.currency ?? DEFAULT_CURRENCY,
      products: request.products ?? [],
      override: '',
      overrideUntil: null,
      overrideOwner: null,
      overrideReason: null,
      ramp: null,
      ignoreCapacityUntil: null,
    },
    who,
  );
  if (!drop)
    throw problem('drop-exists', `There is a drop "${id}" already; choose another id or change that one.`);
  plane.count.act('drop.create');
  await tell(plane, drop);
  return drop;
}

/** `aurora-low-3fa9c1`: says what it is, and is nobody else's. */
function makeId(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 30)
    .replace(/-+$/, '');
  return `${slug || 'drop'}-${randomBytes(3).toString('hex')}`;
}
