/**
 * A drop as Redis has it: its policy and page, which is what may be steered while the ledger does not answer. What only
 * the ledger knows (products, limits, owner of an override) is not there.
 */
import type { Redis } from 'ioredis';
import { DEFAULT_POLICY } from '../domain/admission-policy.ts';
import { type Drop, type Override, PLAIN_PAGE } from '../domain/drop.ts';
import { dropKeys, pageKey } from './keys.ts';
import { NEVER_US } from './policy-fields.ts';

const dateOf = (us: string | undefined): Date | null =>
  Number(us ?? 0) > 0 ? new Date(Number(us) / 1000) : null;

/** Undefined: Redis has no policy of it. */
export async function readPlanInRedis(redis: Redis, id: string): Promise<Drop | undefined> {
  const [control, page] = await Promise.all([redis.hgetall(dropKeys(id).control), redis.get(pageKey(id))]);
  const version = Number(control.policy_version ?? 0);
  if (version === 0) return undefined;
  const {
    name = id,
    policyVersion: _,
    palettes: __,
    codes: ___,
    members = null,
    ...told
  } = JSON.parse(page ?? '{}');
  const [rampStarts, rampEnds] = [dateOf(control.ramp_starts_us), dateOf(control.ramp_ends_us)];
  const opensAt = dateOf(control.opens_us) ?? new Date(0);
  return {
    id,
    name,
    opensAt,
    lobbyOpensAt: dateOf(control.lobby_opens_us) ?? opensAt,
    closesAt: dateOf(control.closes_us),
    timeZone: 'UTC',
    admission: { ...DEFAULT_POLICY, ratePerMinute: Number(control.rate_per_minute ?? 0) },
    page: { ...PLAIN_PAGE, ...told },
    perShopperLimit: 1,
    currency: '',
    products: [],
    access: { codeRequired: control.codes === 'on', members },
    codeBatches: [],
    isDraft: Number(control.opens_us) === NEVER_US,
    override: (control.override ?? '') as Override,
    overrideUntil: dateOf(control.override_until_us),
    overrideOwner: null,
    overrideReason: null,
    ramp:
      rampStarts && rampEnds
        ? {
            fromPerMinute: Number(control.ramp_from_per_minute ?? 0),
            startsAt: rampStarts.toISOString(),
            endsAt: rampEnds.toISOString(),
          }
        : null,
    ignoreCapacityUntil: dateOf(control.ignore_capacity_until_us),
    series: null,
    commit: control.commit || null,
    policyVersion: version,
    createdAt: opensAt,
    updatedAt: opensAt,
  };
}
