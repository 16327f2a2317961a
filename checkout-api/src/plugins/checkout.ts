/** What the routes work with: the stores, payments and metrics of one instance, made once. */
import type { GuardedProvider } from '../payments/guard.ts';
import type { Payments } from '../payments/pay.ts';
import type { OrderStore } from '../store/orders.ts';
import type { ProviderEventStore } from '../store/provider-events.ts';
import type { ReceiptStore } from '../store/receipts.ts';
import type { ReservationStore } from '../store/reservations.ts';
import type { SessionStore } from '../store/sessions.ts';
import type { StockStore } from '../store/stock.ts';
import type { CheckoutMetrics } from './metrics.ts';

export interface Checkout {
  sessions: SessionStore;
  reservations: ReservationStore;
  stock: StockStore;
  payments: Payments;
  orders: OrderStore;
  /** Null: this installation sends no mail. */
  receipts: Pick<ReceiptStore, 'wish'> | null;
  paymentProviders: readonly GuardedProvider[];
  rehearsalProvider: GuardedProvider;
  providerEvents: ProviderEventStore;
  metrics: CheckoutMetrics;
}
