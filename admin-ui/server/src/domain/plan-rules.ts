/**
 * What a schema can't say about a plan: how its fields fit each other and the clock. The rules read a body that may be
 * wrong in any other way too, so that one answer names everything.
 */
import type { Fault } from './fault.ts';

/** An opening may lie so far back: a request that travelled, and clocks that differ. Then it opens at once. */
export const OPENING_LATE_MS = 60_000;
/** A plan further ahead is a slip of the pen. */
export const OPENING_AHEAD_MS = 5 * 366 * 86_400_000;

type Body = Readonly<Record<string, unknown>>;

const bodyOf = (value: unknown): Body => (typeof value === 'object' && value !== null ? (value as Body) : {});

/** Milliseconds since the epoch; undefined for anything that is no instant. */
function instantOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Faults of `opensAt` and `closesAt` against each other and the clock. */
export function scheduleFaults(value: unknown, nowMs: number): Fault[] {
  const body = bodyOf(value);
  const [opens, closes] = [instantOf(body.opensAt), instantOf(body.closesAt)];
  const faults: Fault[] = [];
  if (opens !== undefined && opens < nowMs - OPENING_LATE_MS)
    faults.push({ path: '/opensAt', reason: 'must not lie in the past' });
  if (opens !== undefined && opens > nowMs + OPENING_AHEAD_MS)
    faults.push({ path: '/opensAt', reason: 'must lie within the next five years' });
  if (opens !== undefined && closes !== undefined && closes <= opens)
    faults.push({ path: '/closesAt', reason: 'must be later than opensAt' });
  else if (closes !== undefined && closes <= nowMs)
    faults.push({ path: '/closesAt', reason: 'must not lie in the past' });
  return faults;
}

/** Faults of a page: origins that are none, and a way back that leads elsewhere. */
export function pageFaults(value: unknown, at = '/page'): Fault[] {
  const { returnOrigins, defaultReturnTo } = bodyOf(value);
  const origins: unknown[] = Array.isArray(returnOrigins) ? returnOrigins : [];
  const faults = origins.flatMap((origin, index) =>
    typeof origin === 'string' && !isOrigin(origin)
      ? [
          {
            path: `${at}/returnOrigins/${index}`,
            reason: 'must be an origin like https://shop.example (http on loopback only)',
          },
        ]
      : [],
  );
  if (typeof defaultReturnTo === 'string' && !origins.includes(originOf(defaultReturnTo)))
    faults.push({ path: `${at}/defaultReturnTo`, reason: 'must lie in one of returnOrigins' });
  return faults;
}

/** Faults of the products against each other and the stock bound. */
export function productFaults(value: unknown): Fault[] {
  const { products, admission } = bodyOf(value);
  const list: unknown[] = Array.isArray(products) ? products : [];
  const skus = list.map((product) => bodyOf(product).sku);
  const faults: Fault[] = skus.flatMap((sku, index) =>
    typeof sku === 'string' && skus.indexOf(sku) < index
      ? [{ path: `/products/${index}/sku`, reason: `${sku} is stated twice` }]
      : [],
  );
  if (list.length === 0 && bodyOf(admission).stockBound !== 'off')
    faults.push({ path: '/products', reason: 'must name at least one product while stockBound is on' });
  return faults;
}

/** Everything about a whole new plan. */
export function planFaults(value: unknown, nowMs: number): Fault[] {
  return [...scheduleFaults(value, nowMs), ...pageFaults(bodyOf(value).page), ...productFaults(value)];
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

function isOrigin(text: string): boolean {
  if (originOf(text) !== text) return false;
  const { protocol, hostname } = new URL(text);
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname))
  );
}
