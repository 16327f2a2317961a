/** Makes a drop: planned, sealed, written to Redis, set up in the checkout. */
import { randomBytes } from 'node:crypto';
import { problem } from '@sluice/service-kit';
import type { CodeBatch } from '../domain/access-codes.ts';
import { type AdmissionPolicy, DEFAULT_POLICY } from '../domain/admission-policy.ts';
import {
  type Drop,
  type DropPage,
  type DropSeries,
  lobbyOpening,
  PLAIN_PAGE,
  type Product,
} from '../domain/drop.ts';
import { type DropAccess, OPEN_ACCESS } from '../domain/drop-access.ts';
import { DEFAULT_ZONE } from '../domain/plan-rules.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import { readSchedule, type ScheduleRequest } from '../domain/schedule.ts';
import type { Who } from '../store/audit.ts';
import { tell } from './change-drop.ts';
import { refuseLowContrast } from './change-plan.ts';
import type { ControlPlane } from './control-plane.ts';

/** What a merchant states; the rest are defaults. */
export interface DropRequest extends ScheduleRequest {
  readonly id?: string;
  readonly name: string;
  readonly admission?: Partial<AdmissionPolicy>;
  readonly page?: Partial<DropPage>;
  readonly perShopperLimit?: number;
  readonly currency?: string;
  readonly products?: Product[];
  readonly access?: Partial<DropAccess>;
}

export const DEFAULT_PER_SHOPPER_LIMIT = 2;
export const DEFAULT_CURRENCY = 'EUR';

/**
 * Once it returns the drop will be in room and checkout, whatever answers right now; its answer says what is still to come.
 * @throws Problem 409 `drop-exists`, 422 `low-contrast`
 */
export async function createDrop(
  plane: ControlPlane,
  request: DropRequest,
  who: Who,
  {
    cloneOf = null,
    series = null,
    seriesAsOf,
    codeBatches = [],
  }: {
    cloneOf?: string | null;
    series?: DropSeries | null;
    seriesAsOf?: Date;
    codeBatches?: CodeBatch[];
  } = {},
): Promise<Drop> {
  const id = request.id ?? makeId(request.name);
  const admission = { ...DEFAULT_POLICY, ...request.admission };
  const { opensAt, closesAt = null, timeZone } = readSchedule(request, DEFAULT_ZONE).schedule;
  if (!opensAt) throw new Error('a plan without an opening has passed its rules');
  const page = { ...PLAIN_PAGE, ...request.page };
  refuseLowContrast(page);
  const drop = await plane.drops.create(
    {
      id,
      name: request.name,
      opensAt,
      lobbyOpensAt: lobbyOpening(opensAt, admission),
      closesAt,
      timeZone,
      admission,
      page,
      perShopperLimit: request.perShopperLimit ?? DEFAULT_PER_SHOPPER_LIMIT,
      currency: request.currency ?? DEFAULT_CURRENCY,
      products: request.products ?? [],
      access: { ...OPEN_ACCESS, ...request.access },
      codeBatches,
      override: '',
      overrideUntil: null,
      overrideOwner: null,
      overrideReason: null,
      ramp: null,
      ignoreCapacityUntil: null,
      isDraft: false,
      series,
    },
    who,
    cloneOf,
    seriesAsOf,
  );
  if (!drop)
    throw problem('drop-exists', `There is a drop "${id}" already; choose another id or change that one.`);
  plane.count.act(cloneOf === null ? 'drop.create' : 'drop.clone');
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
  const id = `${slug || 'drop'}-${randomBytes(3).toString('hex')}`;
  return isRehearsal(id) ? `a-${id}` : id;
}

export type CloneRequest = ScheduleRequest & { readonly id?: string; readonly name?: string };

/**
 * Makes a drop like another one: same policy, page, limits and products with their units at the start, a seed of its
 * own. Where no close is stated it stays open as long as the other does.
 * @throws Problem 404 `no-such-drop`, 409 `drop-exists`
 */
export async function cloneDrop(
  plane: ControlPlane,
  id: string,
  request: CloneRequest,
  who: Who,
): Promise<Drop> {
  const source = await plane.drops.find(id);
  if (!source) throw problem('no-such-drop', `No drop has the id "${id}".`);
  const { name, admission, page, perShopperLimit, currency, products, access, timeZone } = source;
  const plan = {
    name,
    admission,
    page,
    perShopperLimit,
    currency,
    products: [...products],
    access,
    timeZone,
    ...request,
  };
  return createDrop(plane, { ...plan, ...closingLike(source, plan) }, who, { cloneOf: id });
}

function closingLike({ opensAt, closesAt }: Drop, plan: ScheduleRequest): Pick<ScheduleRequest, 'closesAt'> {
  const { schedule } = readSchedule(plan, DEFAULT_ZONE);
  if (schedule.closesAt !== undefined || !closesAt || !schedule.opensAt) return {};
  const openMs = closesAt.getTime() - opensAt.getTime();
  return { closesAt: new Date(schedule.opensAt.getTime() + openMs).toISOString() };
}
