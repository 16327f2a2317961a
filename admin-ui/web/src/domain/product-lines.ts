/** Products as they are typed, and as the API takes them. */

export interface ProductLine {
  /** Of the row on the screen; never sent. */
  readonly key: number;
  readonly name: string;
  readonly sku: string;
  /** In the major unit, as people write prices: `129`, `129.00`, `129,00`. */
  readonly price: string;
  readonly stock: string;
}

const SKU_LENGTH_MAX = 64;

/** What a name suggests: `Aurora Low, size 41` → `aurora-low-size-41`. */
export function skuOf(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, SKU_LENGTH_MAX);
}

/** Digits behind the point: 2 for EUR, 0 for JPY, 3 for KWD. */
export function digitsOf(currency: string): number {
  try {
    return (
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
      2
    );
  } catch {
    return 2;
  }
}

/** Minor units; the text itself when it is no price, for the server to refuse at its field. */
export function minorOf(price: string, currency: string): number | string {
  const digits = digitsOf(currency);
  const match = /^\s*(\d{1,10})(?:[.,](\d+))?\s*$/.exec(price);
  if (!match || (match[2] ?? '').length > digits) return price;
  return Number(`${match[1]}${(match[2] ?? '').padEnd(digits, '0')}`);
}

export function majorOf(minor: number, currency: string): string {
  const digits = digitsOf(currency);
  return digits === 0 ? String(minor) : (minor / 10 ** digits).toFixed(digits);
}

/** As the API takes it. */
export function productOf({ name, sku, price, stock }: ProductLine, currency: string) {
  const units = /^\s*\d+\s*$/.test(stock) ? Number(stock) : stock;
  return { sku: sku || skuOf(name), name, priceMinor: minorOf(price, currency), stock: units };
}
