/** What Postgres knows of payments: which attempt is under way and how it ended. */
import type { Holder } from './reservations.ts';
import { type Database, query } from './statements.ts';

/** An attempt that has begun: the hold neither expires nor is released until its outcome is recorded. */
export interface BegunPayment {
  attempt: number;
  amountMinor: number;
  currency: string;
}

/** One attempt to pay a reservation. */
export interface PaymentAttempt extends BegunPayment {
  /** Of the reservation. */
  id: string;
  provider: string;
  method: string;
}

/** An attempt whose outcome nobody has recorded. */
export interface UnsettledPayment extends PaymentAttempt {
  ageSeconds: number;
}

export interface RecordedPayment extends PaymentAttempt {
  status: 'pending' | 'captured' | 'declined' | 'voided' | 'reversed';
  waitingFor: 'action' | 'provider' | null;
  chargeId: string | null;
  /** What becomes of money that came too late for this reservation. */
  lateRefund: 'pending' | 'succeeded' | 'refused' | null;
}

/** `paid`: it has its order. `reversed`: it could not be kept, the money goes back. `known`: nothing to do. */
export type Settlement = 'paid' | 'reversed' | 'known';

export interface PaymentStore {
  /** Undefined: not this holder's, not held any more, or a payment is under way already. */
  begin(holder: Holder, id: string, provider: string, method: string): Promise<BegunPayment | undefined>;
  /** The attempt is captured: held becomes sold, one order; late ones are kept if they can be. Repeating it changes nothing. */
  settle(id: string, attempt: number, chargeId: string): Promise<Settlement>;
  /** The attempt is known to have taken no money; the hold lives at least `graceSeconds` more. Repeating it changes nothing. */
  fail(
    id: string,
    attempt: number,
    status: 'declined' | 'voided',
    reason: string,
    graceSeconds?: number,
  ): Promise<void>;
  /** The attempt waits for the shopper or for the provider. */
  wait(id: string, attempt: number, waitingFor: 'action' | 'provider'): Promise<void>;
  /** Up to `limit` attempts open for `ageSeconds` that nobody has claimed for `pauseSeconds`. */
  claimUnsettled(ageSeconds: number, pauseSeconds: number, limit: number): Promise<UnsettledPayment[]>;
  /** Gives back the stock of up to `limit` holds whose payment has been open for `seconds`. Answers how many drops that touched. */
  giveUp(seconds: number, limit: number): Promise<number>;
  /** An attempt of a reservation, by default the last. */
  find(id: string, attempt?: number): Promise<RecordedPayment | undefined>;
}

export function createPaymentStore(database: Database): PaymentStore {
  return {
    async begin(holder, id, provider, method) {
      const values = [id, holder.drop, holder.jti, provider, method];
      const [begun] = await query<BegunPayment & Record<string, unknown>>(database, 'begin-payment', values);
      return begun;
    },
    async settle(id, attempt, chargeId) {
      const [row] = await query<{ settled: string[] }>(database, 'settle-payments', [
        [id],
        [attempt],
        [chargeId],
      ]);
      if (row?.settled.length === 1) return 'paid';
      const values = [id, attempt, chargeId];
      const [late] = await query<{ verdict: Settlement }>(database, 'settle-late-payment', values);
      return late?.verdict ?? 'known';
    },
    async fail(id, attempt, status, reason, graceSeconds = 0) {
      await query(database, 'fail-payment', [id, attempt, status, reason, graceSeconds]);
    },
    async wait(id, attempt, waitingFor) {
      await query(database, 'await-payment', [id, attempt, waitingFor]);
    },
    claimUnsettled(ageSeconds, pauseSeconds, limit) {
      const values = [ageSeconds, pauseSeconds, limit];
      return query<UnsettledPayment & Record<string, unknown>>(database, 'claim-unsettled-payments', values);
    },
    async giveUp(seconds, limit) {
      const [row] = await query<{ drops: string[] }>(database, 'give-up-payments', [seconds, limit]);
      return row?.drops.length ?? 0;
    },
    async find(id, attempt) {
      const values = [id, attempt ?? null];
      const [row] = await query<RecordedPayment & Record<string, unknown>>(database, 'find-payment', values);
      return row;
    },
  };
}
