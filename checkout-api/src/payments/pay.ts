/**
 * Takes the money for a reservation: one order and one captured payment, or none and the stock back. The attempt is
 * recorded before the provider is asked and its outcome after; in between no transaction is open, and whoever dies
 * there leaves an attempt that the reconciler settles.
 */
import { isRehearsal } from '../domain/rehearsal.ts';
import type { PaymentAttempt, PaymentStore, Settlement } from '../store/payments.ts';
import type { Holder, Reservation, ReservationStore } from '../store/reservations.ts';
import { type GuardedProvider, isProviderSpared } from './guard.ts';
import type { ChargeOutcome, ChargeRequest, PaymentAction, ResolveMode } from './provider.ts';

export type PaymentAnswer =
  | { verdict: 'paid'; reservation: Reservation }
  | { verdict: 'processing' }
  | { verdict: 'requires_action'; action: PaymentAction }
  | { verdict: 'declined'; reason: string }
  | { verdict: 'provider-unavailable' }
  | { verdict: 'not-found' }
  | { verdict: 'not-held'; status: Reservation['status'] }
  /** Money came after the hold was gone and the units too; it goes back, or is back. */
  | { verdict: 'paid-too-late'; refund: 'pending' | 'succeeded' | 'refused' };

export interface Payments {
  /**
   * Pays a held reservation. Asking twice pays once.
   * @param method one that a provider accepts
   */
  pay(holder: Holder, reservationId: string, method: string): Promise<PaymentAnswer>;
  /** Settles attempts whose outcome nobody has recorded for `ageSeconds`. Answers how many came to their end. */
  reconcile(ageSeconds: number, limit: number): Promise<number>;
  /** Asks the provider what has become of an attempt, and records it. @throws when it does not answer */
  refresh(reservationId: string, attempt: number): Promise<void>;
}

export interface PaymentsOptions {
  store: PaymentStore;
  reservations: Pick<ReservationStore, 'find'>;
  /** By name: what the methods begin with. `rehearsal` is the one that takes no money, whatever the method. */
  providers: ReadonlyMap<string, GuardedProvider>;
  /** A shopper who has to do something first has so long. Default 300. */
  actionSeconds?: number;
  /** So long a hold is kept for a payment that does not come to its end. Default 900. */
  holdSeconds?: number;
  /** Told of every outcome but those of rehearsals: captured, declined, voided, waiting, reversed, unknown, spared. */
  observe?: (outcome: string) => void;
  /** Told of what an attempt died of; its outcome is unknown until the reconciler has asked. */
  onUnknown?: (error: unknown, reservationId: string) => void;
}

/** The sandbox under a name that no method begins with. */
export const REHEARSAL_PROVIDER = 'rehearsal';

/** Between two questions about the same attempt. */
const pauseSeconds = 5;
/** Asked about side by side: a provider that is slow must not make fifty unknown outcomes wait for one another. */
const askedAtOnce = 10;
/** A shopper whom the provider's fault kept from paying has so long to come again; longer than the breaker's pause. */
const graceSeconds = 60;

/** The provider sees one key per attempt, and a new attempt starts only after the last one is known to have failed. */
export function chargeOf(payment: Omit<PaymentAttempt, 'provider'>): ChargeRequest {
  const { id, attempt, amountMinor, currency, method } = payment;
  return { idempotencyKey: `${id}.${attempt}`, reference: id, amountMinor, currency, method };
}

const KEY = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9]{1,4})$/;

/** The attempt that a provider's key names; undefined when the key is none of ours. */
export function attemptOf(key: string): { id: string; attempt: number } | undefined {
  const [, id, attempt] = KEY.exec(key) ?? [];
  return id === undefined ? undefined : { id, attempt: Number(attempt) };
}

export function createPayments(options: PaymentsOptions): Payments {
  const { store, reservations, providers, onUnknown } = options;
  const { actionSeconds = 300, holdSeconds = 900 } = options;

  function providerOf(name: string): GuardedProvider {
    const provider = providers.get(name);
    if (provider === undefined) throw new Error(`there is no payment provider "${name}" (any more)`);
    return provider;
  }

  /** Whatever the installation takes money by, a rehearsal takes none. */
  function chosen(drop: string, method: string): { provider: GuardedProvider; method: string } {
    if (!isRehearsal(drop)) return { provider: providerOf(method.slice(0, method.indexOf(':'))), method };
    const provider = providerOf(REHEARSAL_PROVIDER);
    return { provider, method: provider.accepts(method) ? method : 'sandbox:ok' };
  }

  function observe(outcome: string, provider: string): void {
    if (provider !== REHEARSAL_PROVIDER) options.observe?.(outcome);
  }

  /** Undefined: not at its end yet. */
  async function record(
    id: string,
    attempt: number,
    outcome: ChargeOutcome,
    provider: string,
  ): Promise<Settlement | 'failed' | undefined> {
    switch (outcome.status) {
      case 'captured': {
        const settlement = await store.settle(id, attempt, outcome.chargeId);
        if (settlement !== 'known') observe(settlement === 'paid' ? 'captured' : settlement, provider);
        return settlement;
      }
      case 'declined':
      case 'voided':
        await store.fail(id, attempt, outcome.status, outcome.reason);
        observe(outcome.status, provider);
        return 'failed';
      case 'requires_action':
      case 'processing':
        await store.wait(id, attempt, outcome.status === 'requires_action' ? 'action' : 'provider');
        observe('waiting', provider);
        return undefined;
    }
  }

  async function answer(
    holder: Holder,
    id: string,
    attempt: number,
    outcome: ChargeOutcome,
    provider: string,
  ): Promise<PaymentAnswer> {
    await record(id, attempt, outcome, provider);
    switch (outcome.status) {
      case 'captured':
        return explain(holder, id);
      case 'requires_action':
        return { verdict: 'requires_action', action: outcome.action };
      case 'processing':
        return { verdict: 'processing' };
      case 'declined':
      case 'voided':
        return { verdict: 'declined', reason: outcome.reason };
    }
  }

  /** Nothing could be begun: says why from what stands in the database now. */
  async function explain(holder: Holder, id: string): Promise<PaymentAnswer> {
    const reservation = await reservations.find(holder, id);
    if (reservation === undefined) return { verdict: 'not-found' };
    if (reservation.status === 'paid') return { verdict: 'paid', reservation };
    const last = await store.find(id);
    if (reservation.paying) {
      if (last?.status !== 'pending' || last.waitingFor === null) return { verdict: 'processing' };
      // The shopper is back from the bank, perhaps before the provider's message.
      try {
        return await answer(
          holder,
          id,
          last.attempt,
          await providerOf(last.provider).resolve(chargeOf(last), 'look'),
          last.provider,
        );
      } catch (error) {
        onUnknown?.(error, id);
        return { verdict: 'processing' };
      }
    }
    if (last !== undefined && last.lateRefund !== null)
      return { verdict: 'paid-too-late', refund: last.lateRefund };
    // The hold was given up and the provider may have taken the money: no other answer would be true.
    if (last?.status === 'pending') return { verdict: 'processing' };
    return { verdict: 'not-held', status: reservation.status };
  }

  /** Asks about one attempt; true when it has come to its end. */
  async function ask(payment: PaymentAttempt, mode: ResolveMode): Promise<boolean> {
    const outcome = await providerOf(payment.provider).resolve(chargeOf(payment), mode);
    return (await record(payment.id, payment.attempt, outcome, payment.provider)) !== undefined;
  }

  return {
    async pay(holder, id, wanted) {
      const { provider, method } = chosen(holder.drop, wanted);
      const begin = () => store.begin(holder, id, provider.name, method);
      let begun = await begin();
      if (begun === undefined) {
        const reason = await explain(holder, id);
        if (reason.verdict !== 'not-held' || reason.status !== 'held') return reason;
        // Held and nothing under way: what was in the way has failed in between. If it is still not to be begun, its
        // time has run out and the expiry is on its way.
        begun = await begin();
        if (begun === undefined) {
          const last = await explain(holder, id);
          return last.verdict === 'not-held' && last.status === 'held'
            ? { ...last, status: 'expired' }
            : last;
        }
      }
      let outcome: ChargeOutcome;
      try {
        outcome = await provider.charge(chargeOf({ ...begun, id, method }));
      } catch (error) {
        if (isProviderSpared(error)) {
          await store.fail(id, begun.attempt, 'voided', 'provider_unavailable', graceSeconds);
          observe('spared', provider.name);
          return { verdict: 'provider-unavailable' };
        }
        observe('unknown', provider.name);
        onUnknown?.(error, id);
        return { verdict: 'processing' };
      }
      return answer(holder, id, begun.attempt, outcome, provider.name);
    },

    async reconcile(ageSeconds, limit) {
      await store.giveUp(holdSeconds, limit);
      const due = await store.claimUnsettled(ageSeconds, Math.min(ageSeconds, pauseSeconds), limit);
      let settled = 0;
      const askRest = async () => {
        for (let payment = due.pop(); payment !== undefined; payment = due.pop()) {
          try {
            if (await ask(payment, payment.ageSeconds > actionSeconds ? 'give-up' : 'settle')) settled++;
          } catch (error) {
            onUnknown?.(error, payment.id);
          }
        }
      };
      await Promise.all(Array.from({ length: askedAtOnce }, askRest));
      return settled;
    },

    async refresh(id, attempt) {
      const payment = await store.find(id, attempt);
      if (payment !== undefined && payment.status !== 'reversed') await ask(payment, 'look');
    },
  };
}
