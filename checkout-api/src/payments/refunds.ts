/**
 * Sends money back. Deciding that it goes back and the job that calls this are one transaction; the refund's id is the
 * provider's idempotency key, so the job may run as often as it must.
 */
import type { OrderStore } from '../store/orders.ts';
import type { GuardedProvider } from './guard.ts';
import { REHEARSAL_PROVIDER } from './pay.ts';

export interface RefundsOptions {
  orders: Pick<OrderStore, 'findRefund' | 'settleRefund'>;
  providers: ReadonlyMap<string, GuardedProvider>;
  /** Told of every outcome of a real drop: succeeded, refused. */
  observe?: (outcome: string) => void;
}

/**
 * Brings one refund to its end. One that has come to it is left alone.
 * @throws when the provider's answer is not known; the job runs again
 */
export async function settleRefund(refundId: string, options: RefundsOptions): Promise<void> {
  const { orders, providers, observe } = options;
  const refund = await orders.findRefund(refundId);
  if (refund === undefined || refund.status !== 'pending') return;
  const { amountMinor, chargeId, currency } = refund;
  const provider = providers.get(refund.provider);
  if (provider === undefined) throw new Error(`there is no payment provider "${refund.provider}" (any more)`);
  // What was given away for nothing has nothing to give back.
  const outcome =
    amountMinor === 0
      ? { status: 'succeeded' as const, providerRefundId: `nothing:${refundId}` }
      : await provider.refund({
          idempotencyKey: refundId,
          chargeId,
          amountMinor,
          currency,
        });
  const isSettled = await orders.settleRefund(refundId, outcome);
  if (isSettled && refund.provider !== REHEARSAL_PROVIDER) observe?.(outcome.status);
}
