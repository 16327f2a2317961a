/** Orders over HTTP. The checkout keeps them; the control plane finds, tells, refunds and calls off. */
import { Type } from 'typebox';
import { DropId, Instant, Nullable, Reason, Sku } from './common.ts';

const Id = Type.String({ format: 'uuid' });
const AmountMinor = Type.Integer({ minimum: 0, description: 'In the minor unit of the currency' });
const Line = Type.Object({ sku: Sku, quantity: Type.Integer() });

export const ORDER_STATES = ['paid', 'fulfilled', 'partially_refunded', 'refunded', 'cancelled'] as const;

export const OrderParams = Type.Object({ order: Id });

const Filters = {
  order: Type.Optional(Type.String({ format: 'uuid', description: 'Id of an order' })),
  number: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'Public number of a ticket' }),
  ),
  reference: Type.Optional(
    Type.String({ minLength: 6, maxLength: 12, description: 'As the waiting page shows it: K7Q-4MD' }),
  ),
  customer: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'Customer claim, as the shop signs it' }),
  ),
  drop: Type.Optional(DropId),
  state: Type.Optional(Type.Enum([...ORDER_STATES])),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Bought then or later' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Bought before' })),
};

export const OrderListQuery = Type.Object({
  ...Filters,
  after: Type.Optional(Type.String({ format: 'uuid', description: '`next` of the answer before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
});

export const OrderExportQuery = Type.Object({
  ...Filters,
  format: Type.Optional(Type.Enum(['csv', 'jsonl'], { default: 'csv' })),
});

export const FoundOrder = Type.Object({
  id: Id,
  drop: DropId,
  reservationId: Id,
  status: Type.Enum([...ORDER_STATES]),
  lines: Type.Array(Line),
  amountMinor: AmountMinor,
  refundedMinor: Type.Integer({ description: 'Confirmed to be back' }),
  refundingMinor: Type.Integer({ description: 'On its way back' }),
  currency: Type.String(),
  createdAt: Instant,
  fulfilledAt: Nullable(Instant),
  number: Type.String({ description: 'Public number of the ticket that bought it' }),
  reference: Nullable(Type.String()),
  customer: Nullable(Type.String()),
});

export const OrderList = Type.Object({
  orders: Type.Array(FoundOrder),
  next: Nullable(Type.String({ description: 'Send as `after` for the earlier ones; null at the end' })),
});

const Refund = {
  id: Id,
  kind: Type.Enum(['refund', 'cancellation', 'late_payment', 'provider']),
  status: Type.Enum(['pending', 'succeeded', 'refused']),
  amountMinor: AmountMinor,
  returnToSale: Type.Array(Line),
  reason: Type.String(),
  actor: Type.String(),
  requestedAt: Instant,
};

/** The money is on its way: `pending` until the payment provider has confirmed it. */
export const RefundAnswer = Type.Object(Refund);

const Payment = Type.Object({
  attempt: Type.Integer(),
  provider: Type.String(),
  method: Type.String(),
  status: Type.Enum(['pending', 'captured', 'declined', 'voided', 'reversed']),
  chargeId: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  waitingFor: Nullable(Type.String()),
  startedAt: Instant,
  settledAt: Nullable(Instant),
  messages: Type.Array(
    Type.Object({ type: Type.String(), receivedAt: Instant, appliedAt: Nullable(Instant) }),
  ),
});

const Hold = Type.Object({
  id: Id,
  status: Type.Enum(['held', 'paid', 'released', 'expired']),
  amountMinor: AmountMinor,
  currency: Type.String(),
  createdAt: Instant,
  expiresAt: Instant,
  extensions: Type.Integer(),
  payingSince: Nullable(Instant),
  finishedAt: Nullable(Instant),
  orderId: Nullable(Id),
  lines: Type.Array(Type.Object({ ...Line.properties, unitPriceMinor: AmountMinor })),
  payments: Type.Array(Payment),
  refunds: Type.Array(
    Type.Object({ ...Refund, refusal: Nullable(Type.String()), settledAt: Nullable(Instant) }),
  ),
});

/** What the checkout knows of a ticket. */
export const TicketSales = Type.Object({
  session: Nullable(
    Type.Object({
      customer: Nullable(Type.String()),
      openedAt: Instant,
      reserveUntil: Instant,
      endedAt: Nullable(Instant),
      endReason: Nullable(Type.String()),
    }),
  ),
  revocation: Nullable(Type.Object({ at: Instant, reason: Type.String(), actor: Type.String() })),
  holds: Type.Array(Hold),
});

export const OrderStory = Type.Object({
  order: FoundOrder,
  ticket: TicketSales,
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
  ),
});

const OrderReason = Type.String({ minLength: 1, maxLength: 200, description: 'Kept with the refund' });

export const MoneyHeaders = Type.Object({
  'idempotency-key': Type.String({
    pattern: '^[\\x21-\\x7e]{1,128}$',
    description: 'The same key is the same refund, however often it is sent',
  }),
});

export const RefundRequest = Type.Object(
  {
    reason: OrderReason,
    amountMinor: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000_000_000,
        description: 'All that is left when not given',
      }),
    ),
    returnToSale: Type.Optional(
      Type.Array(
        Type.Object(
          { sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 1000 }) },
          { additionalProperties: false },
        ),
        { maxItems: 20, description: 'Units that go back on sale once the money is back' },
      ),
    ),
    confirm: Type.Optional(Type.Boolean({ description: 'Money goes back only with true' })),
  },
  { additionalProperties: false },
);

export const CancellationRequest = Type.Object(
  { reason: OrderReason, confirm: Type.Optional(Type.Boolean({ description: 'Done only with true' })) },
  { additionalProperties: false },
);

export const FulfilmentRequest = Type.Object(
  { reason: Type.Optional(Reason) },
  { additionalProperties: false },
);
