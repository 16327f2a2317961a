/** What the back office reads of orders and tickets. Internal listener only. */
import { Type } from 'typebox';
import { orderStates } from '../domain/order-states.ts';
import { AmountMinor, Currency, DropId, Id, Instant, Quantity, Sku } from './common.ts';
import { OrderAnswer, RefundAnswer } from './orders.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

export const PublicNumber = Type.String({
  pattern: '^[A-Za-z0-9_-]{43}$',
  description: 'Public number of a ticket: sub and jti of its token',
});

/** Orders in one answer at most: a page of a list, and what an export reads at once. */
export const ORDERS_PER_ANSWER_MAX = 500;

export const OrderSearchQuery = Type.Object(
  {
    id: Type.Optional(Id),
    number: Type.Optional(PublicNumber),
    reference: Type.Optional(
      Type.String({ pattern: '^[2-9BCDFGHJKMNPQRSTVWXYZ]{3}-[2-9BCDFGHJKMNPQRSTVWXYZ]{3}$' }),
    ),
    customer: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Customer claim' })),
    drops: Type.Optional(
      Type.String({ minLength: 1, maxLength: 8000, description: 'Ids of drops, with commas between' }),
    ),
    states: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: `Some of ${orderStates.join(',')}` }),
    ),
    from: Type.Optional(Type.String({ format: 'date-time', description: 'Created then or later' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'Created before' })),
    after: Type.Optional(Type.String({ format: 'uuid', description: '`next` of the answer before' })),
    limit: Type.Integer({ minimum: 1, maximum: ORDERS_PER_ANSWER_MAX, default: 50 }),
  },
  { additionalProperties: false },
);

export const FoundOrder = Type.Object({
  ...OrderAnswer.properties,
  fulfilledAt: Nullable(Instant),
  number: Type.String(),
  reference: Nullable(Type.String({ description: 'As the waiting page showed it' })),
  customer: Nullable(Type.String()),
});

export const OrderSearchAnswer = Type.Object({
  orders: Type.Array(FoundOrder),
  next: Nullable(Type.String({ description: 'Give it as `after`; null: that was the last' })),
});

const Payment = Type.Object({
  attempt: Type.Integer(),
  provider: Type.String(),
  method: Type.String(),
  status: Type.Enum(['pending', 'captured', 'declined', 'voided', 'reversed']),
  chargeId: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  waitingFor: Nullable(Type.Enum(['action', 'provider'])),
  startedAt: Instant,
  settledAt: Nullable(Instant),
  messages: Type.Array(
    Type.Object({ type: Type.String(), receivedAt: Instant, appliedAt: Nullable(Instant) }),
    { description: 'What the provider has told of it' },
  ),
});

const Hold = Type.Object({
  id: Id,
  status: Type.Enum(['held', 'paid', 'released', 'expired']),
  amountMinor: AmountMinor,
  currency: Currency,
  createdAt: Instant,
  expiresAt: Instant,
  extensions: Type.Integer(),
  payingSince: Nullable(Instant),
  finishedAt: Nullable(Instant),
  orderId: Nullable(Id),
  lines: Type.Array(Type.Object({ sku: Sku, quantity: Quantity, unitPriceMinor: AmountMinor })),
  payments: Type.Array(Payment),
  refunds: Type.Array(
    Type.Object({
      ...RefundAnswer.properties,
      refusal: Nullable(Type.String()),
      settledAt: Nullable(Instant),
    }),
  ),
});

export const TicketStory = Type.Object({
  session: Nullable(
    Type.Object({
      customer: Nullable(Type.String()),
      openedAt: Instant,
      reserveUntil: Instant,
      endedAt: Nullable(Instant),
      endReason: Nullable(Type.Enum(['paid', 'released', 'expired', 'revoked'])),
    }),
  ),
  revocation: Nullable(Type.Object({ at: Instant, reason: Type.String(), actor: Type.String() })),
  holds: Type.Array(Hold),
});

export const TicketParams = Type.Object({ drop: DropId, number: PublicNumber });

export const OrderStory = Type.Object({
  order: FoundOrder,
  ticket: TicketStory,
  events: Type.Array(
    Type.Object({
      id: Id,
      type: Type.String(),
      at: Instant,
      deliveries: Type.Array(
        Type.Object({
          webhookId: Id,
          kind: Type.Enum(['webhook', 'outbox']),
          url: Type.String(),
          status: Type.Enum(['pending', 'delivered', 'dead']),
          tries: Type.Integer(),
          lastError: Nullable(Type.String()),
          lastTriedAt: Nullable(Instant),
        }),
      ),
    }),
    { description: 'What others were told, as long as it is kept' },
  ),
});

export const OrderSums = Type.Object({
  drop: DropId,
  currency: Currency,
  orders: Type.Integer(),
  buyers: Type.Integer({ description: 'Different tickets' }),
  amountMinor: AmountMinor,
  refundedMinor: AmountMinor,
  cancelled: Type.Integer(),
});
