/** A till on a test's database: reservations, payments, orders and the sandbox provider, without HTTP and without jobs. */
import { guardProvider } from '../../src/payments/guard.ts';
import { createPayments, type PaymentsOptions } from '../../src/payments/pay.ts';
import type { PaymentProvider } from '../../src/payments/provider.ts';
import { settleRefund } from '../../src/payments/refunds.ts';
import { createOrderStore } from '../../src/store/orders.ts';
import { createPaymentStore } from '../../src/store/payments.ts';
import { createReservationStore } from '../../src/store/reservations.ts';
import type { Database } from '../../src/store/statements.ts';
import { createDrop, enterShoppers } from './checkout-database.ts';

export function createTill(
  database: Database,
  provider: PaymentProvider,
  options: Partial<PaymentsOptions> = {},
) {
  const reservations = createReservationStore(database);
  const store = createPaymentStore(database);
  const orders = createOrderStore(database);
  const outcomes: string[] = [];
  // It has patience: how long a provider is waited for is tried in guard.test.ts.
  const guarded = guardProvider(provider, { timeoutMs: 60_000 });
  const providers = new Map([[provider.name, guarded]]);
  const payments = createPayments({
    store,
    reservations,
    providers,
    observe: (outcome) => outcomes.push(outcome),
    ...options,
  });
  return {
    payments,
    reservations,
    store,
    orders,
    outcomes,
    guarded,
    /** Does what the jobs would do with every refund that is pending. */
    async settleRefunds() {
      const { rows } = await database.query(`select id from checkout.refunds where status = 'pending'`);
      for (const { id } of rows) await settleRefund(id, { orders, providers });
    },
  };
}

/** A hold in a drop of its own: `lines` SKU by SKU, `stock` of each. */
export async function holdIn(
  database: Database,
  lines: Record<string, number> = { shoe: 1 },
  { stock = 5, ...setup }: { stock?: number } & Parameters<typeof createDrop>[2] = {},
) {
  const skus = Object.keys(lines).sort();
  const drop = await createDrop(database, Object.fromEntries(skus.map((sku) => [sku, stock])), setup);
  const [holder] = await enterShoppers(database, drop, 1);
  if (holder === undefined) throw new Error('no shopper');
  const answer = await createReservationStore(database).reserve(
    holder,
    'k',
    skus.map((sku) => ({ sku, quantity: lines[sku] as number })),
  );
  if (!('reservation' in answer)) throw new Error(answer.verdict);
  return { drop, holder, id: answer.reservation.id };
}
