/** A row of admin.drops as a drop, and back. */
import type { Insertable, Selectable, Updateable } from 'kysely';
import { DEFAULT_POLICY } from '../domain/admission-policy.ts';
import { canonicalJson } from '../domain/audit-chain.ts';
import { type Drop, type DropChange, type DropSeries, PLAIN_PAGE } from '../domain/drop.ts';
import type { Tables } from './database.ts';

type DropTable = Tables['admin.drops'];

export function dropOf(row: Selectable<DropTable>): Drop {
  return {
    id: row.drop_id,
    name: row.name,
    opensAt: row.opens_at,
    lobbyOpensAt: row.lobby_opens_at,
    closesAt: row.closes_at,
    timeZone: row.time_zone,
    // A drop made before a field was added has its default.
    admission: { ...DEFAULT_POLICY, ...row.admission },
    page: { ...PLAIN_PAGE, ...row.page },
    perShopperLimit: row.per_shopper_limit,
    currency: row.currency,
    products: row.products,
    access: row.access,
    codeBatches: row.code_batches,
    override: row.override,
    overrideUntil: row.override_until,
    overrideOwner: row.override_owner,
    overrideReason: row.override_reason,
    ramp: row.ramp,
    ignoreCapacityUntil: row.ignore_capacity_until,
    commit: row.commit,
    isDraft: row.is_draft,
    series: seriesOf(row),
    policyVersion: row.policy_version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function seriesOf({
  series_id: id,
  occurs_local,
  is_edited_alone,
}: Selectable<DropTable>): DropSeries | null {
  if (id === null || occurs_local === null) return null;
  return { id, occursLocal: occurs_local, isEditedAlone: is_edited_alone };
}

type New = Omit<Drop, 'policyVersion' | 'createdAt' | 'updatedAt' | 'commit'>;

export function columnsOf(drop: New): Insertable<DropTable> {
  return {
    drop_id: drop.id,
    name: drop.name,
    opens_at: drop.opensAt,
    lobby_opens_at: drop.lobbyOpensAt,
    closes_at: drop.closesAt,
    time_zone: drop.timeZone,
    admission: JSON.stringify(drop.admission),
    page: JSON.stringify(drop.page),
    per_shopper_limit: drop.perShopperLimit,
    currency: drop.currency,
    products: JSON.stringify(drop.products),
    access: JSON.stringify(drop.access),
    code_batches: JSON.stringify(drop.codeBatches),
    override: drop.override,
    override_until: drop.overrideUntil,
    override_owner: drop.overrideOwner,
    override_reason: drop.overrideReason,
    ramp: drop.ramp && JSON.stringify(drop.ramp),
    ignore_capacity_until: drop.ignoreCapacityUntil,
    is_draft: drop.isDraft,
    series_id: drop.series?.id ?? null,
    occurs_local: drop.series?.occursLocal ?? null,
  };
}

export function changeColumns(change: DropChange): Updateable<DropTable> {
  const { admission, page, ramp, access, codeBatches, ...plain } = change;
  return {
    ...('name' in plain && { name: plain.name }),
    ...('opensAt' in plain && { opens_at: plain.opensAt }),
    ...('lobbyOpensAt' in plain && { lobby_opens_at: plain.lobbyOpensAt }),
    ...('closesAt' in plain && { closes_at: plain.closesAt }),
    ...('timeZone' in plain && { time_zone: plain.timeZone }),
    ...('perShopperLimit' in plain && { per_shopper_limit: plain.perShopperLimit }),
    ...('override' in plain && { override: plain.override }),
    ...('overrideUntil' in plain && { override_until: plain.overrideUntil }),
    ...('overrideOwner' in plain && { override_owner: plain.overrideOwner }),
    ...('overrideReason' in plain && { override_reason: plain.overrideReason }),
    ...('ignoreCapacityUntil' in plain && { ignore_capacity_until: plain.ignoreCapacityUntil }),
    ...(ramp !== undefined && { ramp: ramp && JSON.stringify(ramp) }),
    ...('commit' in plain && { commit: plain.commit }),
    ...('isDraft' in plain && { is_draft: plain.isDraft }),
    ...(admission && { admission: JSON.stringify(admission) }),
    ...(page && { page: JSON.stringify(page) }),
    ...(access && { access: JSON.stringify(access) }),
    ...(codeBatches && { code_batches: JSON.stringify(codeBatches) }),
  };
}

/** The members of a wanted change that are not so already. */
export function differing(drop: Drop, wanted: DropChange): DropChange {
  const entries = Object.entries(wanted) as [keyof DropChange, unknown][];
  return Object.fromEntries(
    entries.filter(([name, value]) => canonicalJson(value) !== canonicalJson(drop[name])),
  );
}

/** What the audit log tells: the changed members, and of the policy and the page the changed fields only. */
export function beforeAndAfter(before: Drop, after: Drop, change: DropChange) {
  const names = Object.keys(change) as (keyof DropChange)[];
  const pick = (drop: Drop, other: Drop) =>
    Object.fromEntries(names.map((name) => [name, differingFields(drop[name], other[name])]));
  return {
    before: { ...pick(before, after), policyVersion: before.policyVersion },
    after: { ...pick(after, before), policyVersion: after.policyVersion },
  };
}

const isBatch = (one: unknown): boolean => typeof one === 'object' && one !== null && 'wordDigest' in one;

function differingFields(value: unknown, other: unknown): unknown {
  const isPlain = (one: unknown): one is Record<string, unknown> =>
    typeof one === 'object' && one !== null && Object.getPrototypeOf(one) === Object.prototype;
  // Of lists of codes those that are not in the other; digests are for the room alone.
  if (Array.isArray(value) && Array.isArray(other) && [...value, ...other].some(isBatch)) {
    const known = new Set(other.map(canonicalJson));
    return value.filter((one) => !known.has(canonicalJson(one))).map(({ wordDigest: _, ...told }) => told);
  }
  if (!isPlain(value) || !isPlain(other)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([name, field]) => canonicalJson(field) !== canonicalJson(other[name])),
  );
}
