/** A drop's policy as the fields of `wr:{d}:control` that the room's commands read (waiting-room/lua/lib/control.lua). */
import type { CodeRules } from '../domain/access-codes.ts';
import type { Drop } from '../domain/drop.ts';
import { palettesOf } from '../domain/theme.ts';

const US_PER_SECOND = 1_000_000;

/** When a draft opens, for the room: the year 2200, which Lua's numbers hold to the microsecond (ADR 0114). */
export const NEVER_US = Date.UTC(2200, 0, 1) * 1000;

const us = (at: Date | null): number => (at === null ? 0 : at.getTime() * 1000);

/** Text, since that is what Redis keeps: comparing must not depend on how a number is written. */
export function policyFields(drop: Drop): Record<string, string> {
  const { admission, isDraft } = drop;
  const fields = {
    lobby_opens_us: isDraft ? NEVER_US : us(drop.lobbyOpensAt),
    opens_us: isDraft ? NEVER_US : us(drop.opensAt),
    closes_us: isDraft ? 0 : us(drop.closesAt),
    rate_per_minute: admission.ratePerMinute,
    burst_seconds: admission.burstSeconds,
    max_sessions: admission.maxSessions ?? 0,
    max_waiting: admission.maxWaiting,
    call_window_us: admission.callWindowSeconds * US_PER_SECOND,
    grace_us: admission.graceSeconds * US_PER_SECOND,
    token_us: admission.tokenSeconds * US_PER_SECOND,
    hold_us: admission.holdSeconds * US_PER_SECOND,
    return_spread_us: admission.returnSpreadSeconds * US_PER_SECOND,
    overbook: admission.overbook,
    mode: admission.mode,
    lobby: admission.lobby,
    stock_bound: admission.stockBound,
    rejoin_after_purchase: admission.rejoinAfterPurchase ? 'yes' : 'no',
    extensions_max: admission.extensionsMax,
    override: drop.override,
    override_until_us: us(drop.overrideUntil),
    ramp_from_per_minute: drop.ramp?.fromPerMinute ?? 0,
    ramp_starts_us: drop.ramp ? us(new Date(drop.ramp.startsAt)) : 0,
    ramp_ends_us: drop.ramp ? us(new Date(drop.ramp.endsAt)) : 0,
    ignore_capacity_until_us: us(drop.ignoreCapacityUntil),
    commit: drop.commit ?? '',
    codes: drop.access.codeRequired ? 'on' : 'off',
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

/** The page as the room shows it; its version first, so that a look at the beginning tells whether it is the newest. */
export function pageDocument(
  { policyVersion, name, page, access }: Drop,
  codes: CodeRules | undefined,
): string {
  const palettes = page.theme && palettesOf(page.theme);
  const { members } = access;
  return JSON.stringify({ policyVersion, name, ...page, palettes, ...(members && { members }), codes });
}

/** The version that the beginning of a page document tells; 0 for none. */
export function pageVersion(beginning: string): number {
  return Number(/^\{"policyVersion":(\d+),/.exec(beginning)?.[1] ?? 0);
}
