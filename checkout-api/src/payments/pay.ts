/**
 * Takes the money for a reservation: one order and one captured payment, or none and the stock back. The attempt is
 * recorded before the provider is asked and its outcome after; in between no transaction is open, and whoever dies
 * there leaves an attempt that the reconciler settles.
 */
import type { PaymentStore, UnsettledPayment } from '../store/payments.ts';
import type { Holder, Reservation, ReservationStore } from '../store/reservations.ts';
import { type GuardedProvider, isProviderSpared } from './guard.ts';
import type { ChargeOutcome, ChargeRequest } from './provider.ts';

export type PaymentAnswer =
  | { verdict: 'paid'; reservation: Reservation }
  | { verdict: 'processing' }
  | { verdict: 'declined'; reason: string }
  | { verdict: 'provider-unavailable' }
  | { verdict: 'not-found' }
  | { verdict: 'not-held'; status: Reservation['status'] };

export interface Payments {
  /** Pays a held reservation. Asking twice pays once. */
  pay(holder: Holder, reservationId: string, method: string): Promise<PaymentAnswer>;
  /** Settles attempts whose outcome nobody recorded. Answers how many it settled. */
  reconcile(ageSeconds: number, limit: number): Promise<number>;
}

export interface PaymentsOptions {
  store: PaymentStore;
  reservations: Pick<ReservationStore, 'find'>;
  provider: GuardedProvider;
  /** Told of every outcome: captured, declined, voided, unknown, spared. */
  observe?: (outcome: string) => void;
  /** Told of what an attempt died of; its outcome is unknown until the reconciler has asked. */
  onUnknown?: (error: unknown, reservationId: string) => void;
}

/** The provider sees one key per attempt, and a new attempt starts only after the last one is known to have failed. */
function chargeOf(payment: Omit<UnsettledPayment, 'drop' | 'ageSeconds'>): ChargeRequest {
  const { id, attempt, amountMinor, currency, method } = payment;
  return { idempotencyKey: `${id}.${attempt}`, reference: id, amountMinor, currency, method };
}

export function createPayments({
  store,
  reservations,
  provider,
  observe,
  onUnknown,
}: PaymentsOptions): Payments {
  async function record(id: string, attempt: number, outcome: ChargeOutcome): Promise<void> {
    if (outcome.status === 'captured') await store.settle(id, outcome.chargeId);
    else await store.fail(id, attempt, outcome.status, outcome.reason);
    observe?.(outcome.status);
  }

  /** Nothing could be begun: says why from what stands in the database now. */
  async function explain(holder: Holder, id: string): Promise<PaymentAnswer> {
    const reservation = await reservations.find(holder, id);
    if (reservation === undefined) return { verdict: 'not-found' };
    if (reservation.status === 'paid') return { verdict: 'paid', reservation };
    if (reservation.paying) return { verdict: 'processing' };
    // Held in the books, but its time has run out and the expiry is on its way.
    return { verdict: 'not-held', status: reservation.status === 'held' ? 'expired' : reservation.status };
  }

  return {
    async pay(holder, id, method) {
      const begun = await store.begin(holder, id, provider.name, method);
      if (begun === undefined) return explain(holder, id);
      let outcome: ChargeOutcome;
      try {
        outcome = await provider.charge(chargeOf({ ...begun, id, method }));
      } catch (error) {
        if (isProviderSpared(error)) {
          await store.fail(id, begun.attempt, 'voided', 'provider_unavailable');
          observe?.('spared');
          return { verdict: 'provider-unavailable' };
        }
        observe?.('unknown');
        onUnknown?.(error, id);
        return { verdict: 'processing' };
      }
      await record(id, begun.attempt, outcome);
      return outcome.status === 'captured'
        ? explain(holder, id)
        : { verdict: 'declined', reason: outcome.reason };
    },

    async reconcile(ageSeconds, limit) {
      const unsettled = await store.listUnsettled(ageSeconds, limit);
      let settled = 0;
      for (const payment of unsettled) {
        try {
          const outcome = await provider.resolve(chargeOf(payment));
          await record(payment.id, payment.attempt, outcome);
          settled++;
        } catch (error) {
          onUnknown?.(error, payment.id);
        }
      }
      return settled;
    },
  };
}
