/**
 * What a schema can't say about a plan: how its fields fit each other and the clock. The rules read a body that may be
 * wrong in any other way too, so that one answer names everything.
 */
import { accessFaults } from './drop-access.ts';
import { type Fault, faultAt } from './fault.ts';
import { wordsFaults } from './page-words.ts';
import { reservedIdFaults } from './rehearsal.ts';
import { readSchedule, scheduleFaults } from './schedule.ts';

/** What clock times are meant in, and shown in, where a merchant states no zone. */
export const DEFAULT_ZONE = 'UTC';

type Body = Readonly<Record<string, unknown>>;

const bodyOf = (value: unknown): Body => (typeof value === 'object' && value !== null ? (value as Body) : {});

/** Faults of a page: origins that are none, a way back that leads elsewhere, more words than there is room for. */
export function pageFaults(value: unknown, at = '/page'): Fault[] {
  const { returnOrigins, defaultReturnTo, words } = bodyOf(value);
  const origins: unknown[] = Array.isArray(returnOrigins) ? returnOrigins : [];
  const faults = origins.flatMap((origin, index): Fault[] =>
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
  return [...faults, ...wordsFaults(words, `${at}/words`)];
}

/** A page that names no shop: the room could send nobody anywhere, so that nobody could be let in (ADR 0140). */
export function shopFaults(value: unknown, at = '/page'): Fault[] {
  const { returnOrigins = [] } = bodyOf(value);
  return Array.isArray(returnOrigins) && returnOrigins.length === 0
    ? [faultAt(`${at}/returnOrigins`, 'must name the shop: without it nobody can be let in')]
    : [];
}

/** Faults of the products against each other and the stock bound. */
export function productFaults(value: unknown): Fault[] {
  const { products, admission } = bodyOf(value);
  const list: unknown[] = Array.isArray(products) ? products : [];
  const skus = list.map((product) => bodyOf(product).sku);
  const faults = skus.flatMap((sku, index): Fault[] =>
    typeof sku === 'string' && skus.indexOf(sku) < index
      ? [{ path: `/products/${index}/sku`, reason: `${sku} is stated twice` }]
      : [],
  );
  if (list.length === 0 && bodyOf(admission).stockBound !== 'off')
    faults.push({ path: '/products', reason: 'must name at least one product while stockBound is on' });
  return faults;
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** One that looks like a currency and is none: nobody could pay in it, and it is what it is for good. */
export function currencyFaults(value: unknown): Fault[] {
  const { currency } = bodyOf(value);
  return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) && !CURRENCIES.has(currency)
    ? [faultAt('/currency', 'must be a currency of ISO 4217, like EUR')]
    : [];
}

/** Everything about a whole new plan. */
export function planFaults(value: unknown, nowMs: number): Fault[] {
  return [...factsFaults(value, nowMs), ...shopFaults(bodyOf(value).page)];
}

function factsFaults(value: unknown, nowMs: number): Fault[] {
  const { schedule, faults } = readSchedule(value, DEFAULT_ZONE);
  const { id, opensAt, opensAtLocal } = bodyOf(value);
  return [
    ...reservedIdFaults(id),
    ...(opensAt === undefined && opensAtLocal === undefined
      ? [faultAt('/opensAt', 'or opensAtLocal must be given')]
      : []),
    ...faults,
    ...scheduleFaults(schedule, nowMs),
    ...pageFaults(bodyOf(value).page),
    ...productFaults(value),
    ...currencyFaults(value),
    ...accessFaults(bodyOf(value).access),
  ];
}

/** Faults of the schedule of a drop that is made after another one. */
export function cloneFaults(value: unknown, nowMs: number): Fault[] {
  const { products: _, page: __, ...rest } = bodyOf(value);
  return factsFaults({ ...rest, admission: { stockBound: 'off' } }, nowMs);
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
