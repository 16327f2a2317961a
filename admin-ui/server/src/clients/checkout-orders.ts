/** Orders, as the checkout keeps them: found, told, refunded, called off, sent. */
import type { Static } from 'typebox';
import type { FoundOrder, OrderStory, RefundAnswer, TicketSales } from '../contract/orders.ts';
import { type Asked, type CallCheckout, read } from './checkout-http.ts';

export type Order = Static<typeof FoundOrder>;
export type Story = Static<typeof OrderStory>;
/** What the checkout knows of one ticket. */
export type TicketInCheckout = Static<typeof TicketSales>;
export type Refund = Static<typeof RefundAnswer>;

/** What has to fit; undefined: whatever it is. */
export interface OrderSearch {
  readonly id?: string | undefined;
  readonly number?: string | undefined;
  readonly reference?: string | undefined;
  readonly customer?: string | undefined;
  readonly drops?: readonly string[] | undefined;
  readonly states?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

export interface OrderSums {
  readonly currency: string;
  readonly orders: number;
  readonly buyers: number;
  readonly amountMinor: number;
  readonly refundedMinor: number;
  readonly cancelled: number;
}

export interface RefundWish {
  readonly reason: string;
  readonly actor: string;
  readonly amountMinor?: number;
  readonly returnToSale?: readonly { readonly sku: string; readonly quantity: number }[];
}

export interface OrdersClient {
  search(wanted: OrderSearch): Promise<Asked<{ orders: Order[]; next: string | null }>>;
  story(id: string): Promise<Asked<Story>>;
  ticket(drop: string, number: string): Promise<Asked<TicketInCheckout>>;
  sums(drop: string): Promise<Asked<OrderSums>>;
  /** Under one key it happens once, however often it is sent. */
  refund(id: string, key: string, wish: RefundWish): Promise<Asked<Refund>>;
  /** Likewise. */
  cancel(id: string, key: string, wish: Pick<RefundWish, 'reason' | 'actor'>): Promise<Asked<Refund>>;
  /** Repeating it changes nothing. */
  fulfil(id: string): Promise<Asked<unknown>>;
}

export function createOrdersClient(call: CallCheckout): OrdersClient {
  const at = (id: string) => `/internal/v1/orders/${id}`;
  return {
    async search({ drops, ...wanted }) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries({ ...wanted, drops: drops?.join(',') }))
        if (value !== undefined) query.set(name, String(value));
      return read(await call('GET', `/internal/v1/orders?${query}`));
    },
    story: async (id) => read(await call('GET', `${at(id)}/story`)),
    ticket: async (drop, number) => read(await call('GET', `/internal/v1/drops/${drop}/tickets/${number}`)),
    sums: async (drop) => read(await call('GET', `/internal/v1/drops/${drop}/sales`)),
    refund: async (id, key, wish) =>
      read(await call('POST', `${at(id)}/refunds`, wish, { 'idempotency-key': key })),
    cancel: async (id, key, wish) =>
      read(await call('POST', `${at(id)}/cancellation`, wish, { 'idempotency-key': key })),
    fulfil: async (id) => read(await call('POST', `${at(id)}/fulfilment`)),
  };
}
