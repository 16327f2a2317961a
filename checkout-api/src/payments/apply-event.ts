/**
 * Works off a provider's message. What it says may be old, doubled, or out of order, so it is only the reason to ask: the
 * charge and its refunds are read at the provider and recorded as they are now. Whatever order messages come in, the last
 * one worked off leaves what the provider has.
 */
import type { OrderStore } from '../store/orders.ts';
import type { PaymentStore } from '../store/payments.ts';
import type { ProviderEventStore } from '../store/provider-events.ts';
import type { GuardedProvider } from './guard.ts';
import { attemptOf, type Payments } from './pay.ts';

export interface ApplyEventOptions {
  events: Pick<ProviderEventStore, 'find' | 'finish'>;
  payments: Pick<Payments, 'refresh'>;
  store: Pick<PaymentStore, 'find'>;
  orders: Pick<OrderStore, 'settleRefund' | 'recordProviderRefund'>;
  providers: ReadonlyMap<string, GuardedProvider>;
}

/** @throws when the provider does not answer; the job runs again */
export async function applyProviderEvent(
  { provider: name, eventId }: { provider: string; eventId: string },
  options: ApplyEventOptions,
): Promise<void> {
  const { events, payments, store, providers } = options;
  const event = await events.find(name, eventId);
  if (event === undefined) return;
  const provider = providers.get(name);
  if (provider === undefined) throw new Error(`there is no payment provider "${name}" (any more)`);
  const key = event.key ?? (event.chargeId === null ? undefined : await provider.findKey(event.chargeId));
  const attempt = key === undefined ? undefined : attemptOf(key);
  if (attempt !== undefined && (await store.find(attempt.id, attempt.attempt))?.provider === name) {
    await payments.refresh(attempt.id, attempt.attempt);
    await refreshRefunds(attempt, provider, options);
  }
  await events.finish(name, eventId);
}

async function refreshRefunds(
  { id, attempt }: { id: string; attempt: number },
  provider: GuardedProvider,
  { store, orders }: ApplyEventOptions,
): Promise<void> {
  const chargeId = (await store.find(id, attempt))?.chargeId;
  if (typeof chargeId !== 'string') return;
  for (const { key, providerRefundId, amountMinor, status } of await provider.listRefunds(chargeId)) {
    if (status === 'pending') continue;
    if (key === undefined) {
      if (status === 'succeeded')
        await orders.recordProviderRefund(id, attempt, providerRefundId, amountMinor);
    } else if (status === 'succeeded') await orders.settleRefund(key, { status, providerRefundId });
    else await orders.settleRefund(key, { status, reason: 'failed at the provider' });
  }
}
