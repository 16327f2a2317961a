/** Reads the cart's form, and writes it into an address so that a shopper who is sent back finds it as it was. */

export interface Cart {
  /** Idempotency key that was made with the page. */
  readonly key: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

const TEXT_LENGTH_MAX = 128;
const LINES_MAX = 20;
const QUANTITY_MAX = 10;
const FIELD = 'quantity:';

/** Null when nothing is wanted, or something that can not be. */
export function readCart(body: unknown): Cart | null {
  const fields = Object.entries(Object(body) as Record<string, unknown>);
  const key = fields.find(([name]) => name === 'key')?.[1];
  const chosen = fields.filter(([name, value]) => name.startsWith(FIELD) && value !== '0');
  const lines = chosen.map(([name, value]) => ({
    sku: name.slice(FIELD.length),
    quantity: typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : Number.NaN,
  }));
  const isWhole =
    typeof key === 'string' &&
    key.length > 0 &&
    key.length <= TEXT_LENGTH_MAX &&
    lines.length > 0 &&
    lines.length <= LINES_MAX &&
    lines.every(
      ({ sku, quantity }) =>
        sku.length > 0 && sku.length <= TEXT_LENGTH_MAX && quantity >= 1 && quantity <= QUANTITY_MAX,
    );
  return isWhole ? { key, lines } : null;
}

/** `/buy` with this cart and what went wrong with it. */
export function cartAddress(cart: Cart | null, problem: string): string {
  const query = new URLSearchParams(
    cart?.lines.map(({ sku, quantity }) => [`${FIELD}${sku}`, String(quantity)]),
  );
  query.set('problem', problem);
  return `/buy?${query}`;
}

/** Units by SKU that an address asks for: `sku=…` of a product page, or a cart that was sent back. */
export function wantedIn(query: Readonly<Record<string, unknown>>): ReadonlyMap<string, number> {
  if (typeof query.sku === 'string') return new Map([[query.sku, 1]]);
  const cart = readCart({ ...query, key: 'none' });
  return new Map(cart?.lines.map(({ sku, quantity }) => [sku, quantity]));
}
