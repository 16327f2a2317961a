/**
 * The checkout's internal API: drops set up, stock moved, balances read. Every call has a time-out; outcomes are values,
 * only a checkout that can't be asked throws.
 */
import type { Drop } from '../domain/drop.ts';
import { createCall, typeOf, unexpected } from './checkout-http.ts';
import { createOrdersClient, type OrdersClient } from './checkout-orders.ts';
import { createWebhooksClient, type WebhooksClient } from './checkout-webhooks.ts';

export interface Balance {
  readonly sku: string;
  readonly initial: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly total: number;
}

export interface Movement {
  readonly id: number;
  readonly drop: string;
  readonly sku: string;
  readonly delta: number;
  readonly reason: string;
  readonly actor: string;
  readonly at: string;
}

export interface CheckoutClient {
  readonly orders: OrdersClient;
  readonly webhooks: WebhooksClient;
  /** Creates the drop there, or changes it. Repeating it changes nothing. */
  setUp(drop: Drop): Promise<void>;
  /** Undefined: it does not know the drop. */
  balances(drop: string): Promise<Balance[] | undefined>;
  /** Under one key it happens once, however often it is sent. */
  move(
    drop: string,
    key: string,
    movement: Pick<Movement, 'sku' | 'delta' | 'reason' | 'actor'>,
  ): Promise<Movement | 'no-such-sku' | 'not-enough-stock' | 'idempotency-key-reused'>;
  /** All there is of a rehearsal. @returns how many rows there were; 0: nothing was left */
  deleteRehearsal(drop: string): Promise<number>;
  /** Takes admissions back; repeating it changes nothing. How many checkout sessions that ended; undefined: no such drop. */
  revoke(
    drop: string,
    revocation: { jtis: readonly string[]; reason: string; actor: string },
  ): Promise<number | undefined>;
}

/** @param options.url base URL of its internal listener */
export function createCheckoutClient(options: { url: string; serviceToken: string }): CheckoutClient {
  const call = createCall(options);

  return {
    orders: createOrdersClient(call),
    webhooks: createWebhooksClient(call),
    async setUp({ id, name, closesAt, admission, perShopperLimit, currency, products }) {
      const { holdSeconds, tokenSeconds } = admission;
      const plan = { name, closesAt, holdSeconds, tokenSeconds, perShopperLimit, currency, products };
      const answer = await call('PUT', `/internal/v1/drops/${id}`, plan);
      if (answer.status !== 200) throw unexpected(answer);
    },
    async balances(drop) {
      const answer = await call('GET', `/internal/v1/drops/${drop}/stock`);
      if (answer.status === 200) return (answer.body as { products: Balance[] }).products;
      if (typeOf(answer) === 'no-such-drop') return undefined;
      throw unexpected(answer);
    },
    async move(drop, key, movement) {
      const path = `/internal/v1/drops/${drop}/stock-movements`;
      const answer = await call('POST', path, movement, { 'idempotency-key': key });
      if (answer.status === 201) return answer.body as Movement;
      const type = typeOf(answer);
      if (type === 'no-such-sku' || type === 'not-enough-stock' || type === 'idempotency-key-reused')
        return type;
      throw unexpected(answer);
    },
    async deleteRehearsal(drop) {
      const answer = await call('DELETE', `/internal/v1/drops/${drop}`);
      if (answer.status === 200) return (answer.body as { rows: number }).rows;
      throw unexpected(answer);
    },
    async revoke(drop, revocation) {
      const answer = await call('POST', `/internal/v1/drops/${drop}/revocations`, revocation);
      if (answer.status === 200) return (answer.body as { ended: number }).ended;
      if (typeOf(answer) === 'no-such-drop') return undefined;
      throw unexpected(answer);
    },
  };
}
