/**
 * Packs a batch of reservation requests into the arrays that `checkout.reserve_plain` takes, and unpacks its answer: the quick
 * way for batches of which every request is granted (ADR 0070). It decides nothing else; what it leaves, reserve-batch.ts decides.
 */
import type { Line } from '../domain/lines.ts';
import type { BatchOutcome, ReserveRequest } from './reserve-batch.ts';
import { type Database, query } from './statements.ts';

interface Row {
  amounts: number[] | null;
  available: (number | null)[];
  returns: number[];
  expires_at_ms: number;
  currency: string;
  scarce: boolean;
}

/** What several requests ask for alike. */
interface Wish {
  lines: Line[];
  units: number;
  requests: number;
}

/**
 * Grants all `requests` (of `drop`) in one transaction, or does nothing.
 *
 * @param part of a split SKU, from which row to take: any number that is another one on every instance
 * @returns undefined when the batch was not plain, and nothing has happened
 */
export async function reservePlain(
  database: Database,
  drop: string,
  requests: ReserveRequest[],
  part: number,
): Promise<BatchOutcome | undefined> {
  // By ascending shopper, as everybody locks them.
  const sorted = requests.toSorted(byShopper);
  for (let at = 1; at < sorted.length; at++)
    if (sorted[at]?.shopper === sorted[at - 1]?.shopper) return undefined;

  const wishes: Wish[] = [];
  const placeOf = new Map<Line[], number>();
  const wishAt = sorted.map(({ lines }) => {
    let place = placeOf.get(lines);
    if (place === undefined) {
      wishes.push({ lines, units: lines.reduce((sum, { quantity }) => sum + quantity, 0), requests: 0 });
      place = wishes.length;
      placeOf.set(lines, place);
    }
    (wishes[place - 1] as Wish).requests++;
    return place;
  });
  const { skus, unitsOf } = demandOf(wishes);
  const skuAt = new Map(skus.map((sku, at) => [sku, at + 1]));
  const allLines = wishes.flatMap(({ lines }) => lines);
  let start = 1;
  const starts = [start, ...wishes.map(({ lines }) => (start += lines.length))];

  const [row] = await query<Row>(database, 'reserve-plain', [
    drop,
    sorted.map(({ id }) => id),
    sorted.map(({ jti }) => jti),
    sorted.map(({ key }) => key),
    sorted.map(({ shopper }) => shopper),
    wishAt.map((place) => (wishes[place - 1] as Wish).units),
    wishAt,
    skus,
    skus.map((sku) => unitsOf.get(sku)),
    starts,
    allLines.map(({ sku }) => skuAt.get(sku)),
    allLines.map(({ quantity }) => quantity),
    part,
  ]);
  if (!row?.amounts) return undefined;
  const { amounts, currency, available, returns, scarce } = row;
  const expiresAt = new Date(row.expires_at_ms);
  return {
    answers: requests.map(({ id, lines }) => {
      const amountMinor = amounts[(placeOf.get(lines) as number) - 1] as number;
      return { verdict: 'reserved', reservation: { id, lines, amountMinor, currency, expiresAt } };
    }),
    available: new Map(
      skus.flatMap((sku, at): [string, number][] =>
        typeof available[at] === 'number' ? [[sku, available[at]]] : [],
      ),
    ),
    returns: new Map(skus.map((sku, at) => [sku, returns[at] as number])),
    isScarce: scarce,
  };
}

/** Distinct SKUs, ascending, and how many units of each are asked for altogether. */
function demandOf(wishes: readonly Wish[]): { skus: string[]; unitsOf: Map<string, number> } {
  const unitsOf = new Map<string, number>();
  for (const { lines, requests } of wishes)
    for (const { sku, quantity } of lines) unitsOf.set(sku, (unitsOf.get(sku) ?? 0) + quantity * requests);
  return { skus: [...unitsOf.keys()].sort(), unitsOf };
}

function byShopper(a: ReserveRequest, b: ReserveRequest): number {
  return a.shopper < b.shopper ? -1 : a.shopper > b.shopper ? 1 : 0;
}
