/** What the back office reads: orders found, the story of an order or a ticket, the sums of a drop. It changes nothing. */
import type { OrderState } from '../domain/order-states.ts';
import type { Order } from './orders.ts';
import { linesOf } from './reservations.ts';
import { type Database, query, queryAsPlanned } from './statements.ts';

/** An order with whose it is. */
export interface FoundOrder extends Order {
  fulfilledAt: Date | null;
  /** Public number of the ticket that bought it: the `jti` of the admission. */
  number: string;
  /** As the waiting page showed it to the shopper; null for what was no public number. */
  reference: string | null;
  /** The customer claim, where the shop signed one. */
  customer: string | null;
}

/** All that is given has to fit. */
export interface OrderSearch {
  id?: string | undefined;
  number?: string | undefined;
  /** `K7Q-4MD` */
  reference?: string | undefined;
  customer?: string | undefined;
  drops?: readonly string[] | undefined;
  states?: readonly OrderState[] | undefined;
  /** Created then or later. */
  from?: Date | undefined;
  /** Created before. */
  to?: Date | undefined;
  /** Id of the last order of the page before. */
  after?: string | undefined;
}

/** A document put together by Postgres; its shape is `TicketStory` of the contract. */
export interface TicketStory {
  session: unknown;
  revocation: unknown;
  holds: unknown[];
}

export interface OrderEvent {
  id: string;
  type: string;
  at: Date;
  deliveries: unknown[];
}

export interface OrderSums {
  currency: string;
  orders: number;
  /** Different tickets. */
  buyers: number;
  amountMinor: number;
  refundedMinor: number;
  cancelled: number;
}

export interface OfficeStore {
  /** The latest first, by creation. */
  search(wanted: OrderSearch, limit: number): Promise<FoundOrder[]>;
  /** Of a ticket that never came here: no session, no holds. */
  storyOf(drop: string, number: string): Promise<TicketStory>;
  /** What others were told of an order; forgotten after some days. */
  eventsOf(orderId: string): Promise<OrderEvent[]>;
  /** Undefined: no such drop. */
  sums(drop: string): Promise<OrderSums | undefined>;
}

type FoundRow = Omit<FoundOrder, 'lines'> & { skus: string[]; quantities: number[] };

export function createOfficeStore(database: Database): OfficeStore {
  return {
    async search({ id, number, reference, customer, drops, states, from, to, after }, limit) {
      const wanted = [id, number, reference, customer, drops, states, from, to, after];
      const values = [...wanted.map((value) => value ?? null), limit];
      const rows = await queryAsPlanned<FoundRow>(database, 'search-orders', values);
      return rows.map(({ skus, quantities, ...order }) => ({
        ...order,
        lines: linesOf({ skus, quantities }),
      }));
    },
    async storyOf(drop, number) {
      const [row] = await query<TicketStory & Record<string, unknown>>(database, 'ticket-story', [
        drop,
        number,
      ]);
      if (row === undefined) throw new Error('a story is always one row');
      return row;
    },
    eventsOf: (orderId) =>
      query<OrderEvent & Record<string, unknown>>(database, 'list-order-events', [orderId]),
    async sums(drop) {
      const [row] = await query<OrderSums & Record<string, unknown>>(database, 'sum-orders', [drop]);
      return row;
    },
  };
}
