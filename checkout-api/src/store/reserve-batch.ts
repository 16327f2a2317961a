/**
 * Packs a batch of reservation requests into the arrays that `checkout.reserve_batch` takes, and unpacks its answers.
 * One statement, one commit, whatever the size of the batch.
 */
import type { Line } from '../domain/lines.ts';
import { type Database, query } from './statements.ts';

/** One shopper's wish. `lines` in canonical order (ascending SKU, no SKU twice). */
export interface ReserveRequest {
  /** The id the reservation will have; not used when the key turns out to be known. */
  id: string;
  jti: string;
  shopper: string;
  key: string;
  lines: Line[];
}

/** What the 201 says: fixed for ever under its idempotency key. */
export interface ReservationPromise {
  id: string;
  lines: Line[];
  amountMinor: number;
  currency: string;
  expiresAt: Date;
}

export type ReserveAnswer =
  | { verdict: 'reserved' | 'replayed'; reservation: ReservationPromise }
  | { verdict: 'key-reused' | 'no-session' | 'session-ended' | 'admission-expired' }
  | { verdict: 'unknown-sku' | 'limit-exceeded' | 'sold-out' };

export interface BatchOutcome {
  answers: ReserveAnswer[];
  /** What is left of every SKU the batch touched and saw all rows of. */
  available: Map<string, number>;
  /** How often something has come back to the SKUs of the batch while little was left of them. */
  returns: Map<string, number>;
  /** Of a split SKU so little is left that the next batch had better look at all rows at once. */
  isScarce: boolean;
}

/** From which row of a split SKU a batch takes. */
export interface PartChoice {
  /** Any number that is another one on every instance. */
  part: number;
  /** Look at all rows from the beginning. */
  all: boolean;
}

interface Row {
  verdicts: ReserveAnswer['verdict'][] | null;
  amounts: number[];
  available: (number | null)[];
  expires_at_ms: number;
  currency: string;
  replays: { at: number; id: string; amountMinor: number; currency: string; expiresAtMs: number }[] | null;
  scarce: boolean;
  returns: (number | null)[];
}

/** Gives each distinct value its 1-based place in ascending order, which is the order rows are locked in. */
function places(values: Iterable<string>): { distinct: string[]; placeOf: Map<string, number> } {
  const distinct = [...new Set(values)].sort();
  return { distinct, placeOf: new Map(distinct.map((value, at) => [value, at + 1])) };
}

/**
 * Decides `requests` (all of `drop`) in their order, in one transaction. When the row of a split SKU does not hold
 * enough, nothing has happened and the batch is decided again over all rows: what is anywhere is found.
 */
export async function reserveBatch(
  database: Database,
  drop: string,
  requests: ReserveRequest[],
  choice: PartChoice = { part: 0, all: false },
): Promise<BatchOutcome> {
  const shoppers = places(requests.map((request) => request.shopper));
  const skus = places(requests.flatMap((request) => request.lines.map((line) => line.sku)));
  const lineStarts: number[] = [];
  const lineSkus: (number | undefined)[] = [];
  const lineQuantities: number[] = [];
  for (const { lines } of requests) {
    lineStarts.push(lineSkus.length + 1);
    for (const line of lines) {
      lineSkus.push(skus.placeOf.get(line.sku));
      lineQuantities.push(line.quantity);
    }
  }
  lineStarts.push(lineSkus.length + 1);

  const values = [
    drop,
    requests.map((request) => request.id),
    requests.map((request) => request.jti),
    requests.map((request) => request.key),
    shoppers.distinct,
    requests.map((request) => shoppers.placeOf.get(request.shopper)),
    skus.distinct,
    lineStarts,
    lineSkus,
    lineQuantities,
    choice.part,
  ];
  let [row] = await query<Row>(database, 'reserve-batch', [...values, choice.all]);
  if (row?.verdicts === null) [row] = await query<Row>(database, 'reserve-batch', [...values, true]);
  if (!row?.verdicts) throw new Error('reserve_batch decided nothing');
  const { verdicts, amounts, currency } = row;

  const replays = new Map(row.replays?.map((replay) => [replay.at, replay]));
  const expiresAt = new Date(row.expires_at_ms);
  const answers = requests.map((request, at): ReserveAnswer => {
    const verdict = verdicts[at] as ReserveAnswer['verdict'];
    if (verdict === 'reserved') {
      const amountMinor = amounts[at] as number;
      const reservation = {
        id: request.id,
        lines: request.lines,
        amountMinor,
        currency,
        expiresAt,
      };
      return { verdict, reservation };
    }
    if (verdict === 'replayed') {
      const replay = replays.get(at);
      if (replay === undefined) throw new Error('a replay without its first answer');
      const { id, amountMinor, currency, expiresAtMs } = replay;
      const reservation = {
        id,
        lines: request.lines,
        amountMinor,
        currency,
        expiresAt: new Date(expiresAtMs),
      };
      return { verdict, reservation };
    }
    return { verdict };
  });
  const known = (figures: (number | null)[]) =>
    new Map(
      skus.distinct.flatMap((sku, at): [string, number][] =>
        typeof figures[at] === 'number' ? [[sku, figures[at]]] : [],
      ),
    );
  return { answers, available: known(row.available), returns: known(row.returns), isScarce: row.scarce };
}
