/**
 * Reservations: decided in batches (one statement and one commit a batch and drop), released, extended, expired by
 * single statements. What is sold out is remembered for a moment, so that a crowd that comes too late costs nothing.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Line } from '../domain/lines.ts';
import { type Batcher, createBatcher } from './batcher.ts';
import { type BatchOutcome, type ReserveAnswer, type ReserveRequest, reserveBatch } from './reserve-batch.ts';
import { reservePlain } from './reserve-plain.ts';
import { createReservedKeys } from './reserved-keys.ts';
import { createReturnFence } from './return-fence.ts';
import { believedMs, createSoldOutMemory } from './sold-out-memory.ts';
import { type Database, query } from './statements.ts';
import { uuidv7 } from './uuid.ts';

/** Requests in one statement at most: more adds latency to the first of them and no throughput (measured from 256 on). */
const batchSizeMax = 512;
/** Requests of a drop waiting for their batch at most: about a quarter of a second of work. */
const waitingMax = 8192;
/** Longer than any batch takes while Postgres is well; a client that waited this long is better told to come again. */
const waitMaxMs = 2000;
/** Extensions of one hold at most. */
export const extensionsMax = 2;

/** Who asks: the facts of a checkout session that never change. */
export interface Holder {
  jti: string;
  drop: string;
  shopper: string;
}

/** A reservation as its shopper sees it. */
export interface Reservation {
  id: string;
  drop: string;
  status: 'held' | 'paid' | 'released' | 'expired';
  /** A payment is with the provider and its outcome not known yet; the hold does not run out meanwhile. */
  paying: boolean;
  /** What became of the last payment attempt, if there was one. */
  lastAttempt: 'pending' | 'captured' | 'declined' | 'voided' | 'reversed' | null;
  /** What becomes of money that came when the hold could not be kept any more. */
  lateRefund: 'pending' | 'succeeded' | 'refused' | null;
  lines: Line[];
  amountMinor: number;
  currency: string;
  expiresAt: Date;
  extensions: number;
  orderId: string | null;
}

export interface ReservationStoreOptions {
  /** Told of every batch that was decided. */
  onBatch?: (size: number, seconds: number) => void;
  /** From which row of a split SKU this instance takes; by chance when not given. A clash is no fault, only slower. */
  part?: number;
}

export type ReserveOutcome = ReserveAnswer | { verdict: 'in-flight' };

export interface ReservationStore {
  /**
   * Reserves all lines or none. The same key with the same lines answers the same again; a refusal records nothing, so
   * the same key may succeed later. What memory answers is answered at once, not by a promise.
   *
   * @param lines in canonical order
   * @throws OverloadedError when too many requests wait
   */
  reserve(holder: Holder, key: string, lines: Line[]): ReserveOutcome | Promise<ReserveOutcome>;
  /** The reservation, if it is this holder's. */
  find(holder: Holder, id: string): Promise<Reservation | undefined>;
  /** Gives the stock back. False: it was not held any more, or a payment is under way. */
  release(drop: string, id: string): Promise<boolean>;
  /** One more hold lifetime; undefined when it may not be extended (any more). */
  extend(holder: Holder, id: string): Promise<Date | undefined>;
  /** Gives back up to `limit` holds whose time has run out by Postgres's clock; of each, how late. */
  expire(limit: number): Promise<{ expired: number; lagsSeconds: number[] }>;
  /** Something of this drop came back for sale, here or elsewhere: nobody is refused from memory. */
  stockCameBack(drop: string): void;
  /** Requests waiting for their batch, over all drops. */
  waiting(): number;
}

type Row = Omit<Reservation, 'lines'> & { skus: string[]; quantities: number[] };

/** The lines of a stored reservation. */
export function linesOf(row: { skus: string[]; quantities: number[] }): Line[] {
  return row.skus.map((sku, at) => ({ sku, quantity: row.quantities[at] as number }));
}

export function createReservationStore(
  database: Database,
  { onBatch, part = randomInt(64) }: ReservationStoreOptions = {},
): ReservationStore {
  const soldOut = createSoldOutMemory();
  const reservedKeys = createReservedKeys(database);
  const fence = createReturnFence(believedMs);
  /** What was left of a SKU, and what had come back, when the keys with a reservation were last read because of it. */
  const marksOfKeys = new Map<string, Map<string, string>>();
  const inFlight = new Set<string>();
  const batchers = new Map<string, Batcher<ReserveRequest, ReserveAnswer>>();

  /** What did not suffice is believed as soon as the keys that have a reservation are known up to this moment. */
  async function learn(
    drop: string,
    requests: ReserveRequest[],
    outcome: BatchOutcome,
    sent: { at: number; returns: number },
  ): Promise<void> {
    const short = new Map<string, number>();
    for (const [at, { jti, key, lines }] of requests.entries()) {
      const verdict = outcome.answers[at]?.verdict;
      if (verdict === 'reserved') reservedKeys.add(drop, jti, key);
      for (const { sku, quantity } of lines) {
        const left = outcome.available.get(sku);
        if (left !== undefined && (left === 0 || (verdict === 'sold-out' && quantity > left)))
          short.set(sku, left);
      }
    }
    if (short.size === 0) return;
    // As much left and nothing come back since the keys were read: nobody can have got a key for it meanwhile.
    const marks = [...short].map(([sku, left]): [string, string] => [
      sku,
      `${left} ${outcome.returns.get(sku)}`,
    ]);
    const known = marksOfKeys.get(drop);
    // What else is for sale may have got keys all the same, elsewhere.
    if (reservedKeys.isOld(drop) || !marks.every(([sku, mark]) => known?.get(sku) === mark)) {
      await reservedKeys.refresh(drop);
      marksOfKeys.set(drop, new Map([...(marksOfKeys.get(drop) ?? []), ...marks]));
    }
    for (const [sku, left] of short) soldOut.remember(drop, sku, left, sent.returns, sent.at);
  }

  function batcherOf(drop: string): Batcher<ReserveRequest, ReserveAnswer> {
    let batcher = batchers.get(drop);
    if (batcher === undefined) {
      let isScarce = false;
      let isPlain = true;
      const decide = async (requests: ReserveRequest[]): Promise<BatchOutcome> => {
        const granted = isPlain && !isScarce ? await reservePlain(database, drop, requests, part) : undefined;
        if (granted) return granted;
        const outcome = await reserveBatch(database, drop, requests, { part, all: isScarce });
        // Where one batch had to be looked at closely the next one will have to: at a limit, or when little is left.
        isPlain = outcome.answers.every(({ verdict }) => verdict === 'reserved');
        return outcome;
      };
      const run = async (requests: ReserveRequest[]) => {
        const sent = { at: soldOut.now(), returns: soldOut.returns(drop) };
        const outcome = await decide(requests);
        isScarce = outcome.isScarce;
        fence.note(drop, outcome.returns);
        // A failure to learn costs speed only: the next request asks Postgres again.
        learn(drop, requests, outcome, sent).catch(() => {});
        return outcome.answers;
      };
      batcher = createBatcher({
        sizeMax: batchSizeMax,
        waitingMax,
        waitMaxMs,
        run,
        ...(onBatch && { observe: onBatch }),
      });
      batchers.set(drop, batcher);
    }
    return batcher;
  }

  async function decideWithOthers(
    { drop, jti, shopper }: Holder,
    key: string,
    lines: Line[],
    flight: string,
  ): Promise<ReserveOutcome> {
    inFlight.add(flight);
    try {
      const answer = await batcherOf(drop).submit({ id: uuidv7(), jti, shopper, key, lines });
      const pauseMs = 'reservation' in answer ? fence.pauseMs(drop, lines) : 0;
      if (pauseMs > 0) await delay(pauseMs);
      return answer;
    } finally {
      inFlight.delete(flight);
    }
  }

  return {
    reserve(holder, key, lines) {
      const { drop, jti } = holder;
      const flight = `${drop} ${jti} ${key}`;
      if (inFlight.size > 0 && inFlight.has(flight)) return { verdict: 'in-flight' };
      if (soldOut.isGone(drop, lines) && !reservedKeys.mayHave(drop, jti, key))
        return { verdict: 'sold-out' };
      return decideWithOthers(holder, key, lines, flight);
    },

    async find(holder, id) {
      const [row] = await query<Row>(database, 'find-reservation', [id, holder.drop, holder.jti]);
      return row && { ...row, lines: linesOf(row) };
    },

    async release(drop, id) {
      const [row] = await query<{ released: string[] }>(database, 'release-reservations', [[id]]);
      const isReleased = row?.released.length === 1;
      if (isReleased) soldOut.forget(drop);
      return isReleased;
    },

    async extend(holder, id) {
      const [row] = await query<{ expiresAt: Date }>(database, 'extend-reservation', [
        id,
        holder.drop,
        holder.jti,
        extensionsMax,
      ]);
      return row?.expiresAt;
    },

    async expire(limit) {
      type Expired = { expired: number; drops: string[] | null; lags: number[] | null };
      const [row] = await query<Expired>(database, 'expire-reservations', [limit]);
      for (const drop of row?.drops ?? []) soldOut.forget(drop);
      return { expired: row?.expired ?? 0, lagsSeconds: row?.lags ?? [] };
    },

    stockCameBack: (drop) => soldOut.forget(drop),

    waiting() {
      let waiting = 0;
      for (const batcher of batchers.values()) waiting += batcher.waiting;
      return waiting;
    },
  };
}
