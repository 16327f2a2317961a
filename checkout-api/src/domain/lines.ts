/** The lines of a reservation: what may be asked for, and the one form in which it is compared and stored. */

export interface Line {
  sku: string;
  quantity: number;
}

export type CanonicalLines = { ok: true; lines: Line[] } | { ok: false; field: string; reason: string };

/**
 * Puts lines into the one order they are stored and answered in (ascending SKU), so that the same wish under the same
 * idempotency key is recognised however its lines are arranged. A SKU stated twice is refused rather than summed:
 * it is more likely a client's mistake than a wish.
 */
export function canonicalLines(lines: readonly Line[]): CanonicalLines {
  const sorted = lines
    .map(({ sku, quantity }) => ({ sku, quantity }))
    .sort((a, b) => (a.sku < b.sku ? -1 : a.sku > b.sku ? 1 : 0));
  for (let at = 1; at < sorted.length; at++) {
    const sku = sorted[at]?.sku;
    if (sku === sorted[at - 1]?.sku) {
      const second = lines.findLastIndex((line) => line.sku === sku);
      return { ok: false, field: `lines.${second}.sku`, reason: `${sku} is stated twice` };
    }
  }
  return { ok: true, lines: sorted };
}
