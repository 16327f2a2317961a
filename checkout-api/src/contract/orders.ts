/** Orders as shoppers see them, and what the back office may do with them (internal listener only). */
import { Type } from 'typebox';
import { orderStates } from '../domain/order-states.ts';
import { AmountMinor, Currency, DropId, Id, Instant, Lines, Quantity, Sku } from './common.ts';

export const OrderAnswer = Type.Object({
  id: Id,
  drop: DropId,
  reservationId: Id,
  status: Type.Enum([...orderStates]),
  lines: Lines,
  amountMinor: AmountMinor,
  refundedMinor: Type.Integer({ minimum: 0, description: 'Confirmed to be back' }),
  refundingMinor: Type.Integer({ minimum: 0, description: 'On its way back' }),
  currency: Currency,
  createdAt: Instant,
});

const ReturnedLines = Type.Array(
  Type.Object({ sku: Sku, quantity: Quantity }, { additionalProperties: false }),
  {
    maxItems: 20,
  },
);

const Who = {
  reason: Type.String({ minLength: 1, maxLength: 200 }),
  actor: Type.String({ minLength: 1, maxLength: 200 }),
};

export const CancellationRequest = Type.Object(Who, { additionalProperties: false });

export const RefundRequest = Type.Object(
  {
    ...Who,
    amountMinor: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000_000_000,
        description: 'All that is left when not given',
      }),
    ),
    returnToSale: Type.Optional(ReturnedLines),
  },
  { additionalProperties: false },
);

export const RefundAnswer = Type.Object({
  id: Id,
  kind: Type.Enum(['refund', 'cancellation', 'late_payment', 'provider']),
  status: Type.Enum(['pending', 'succeeded', 'refused']),
  amountMinor: AmountMinor,
  returnToSale: ReturnedLines,
  reason: Type.String(),
  actor: Type.String(),
  refusal: Type.Optional(Type.String({ description: 'Why the provider will not' })),
  requestedAt: Instant,
  settledAt: Type.Optional(Instant),
});

export const OrderWithRefunds = Type.Object({ order: OrderAnswer, refunds: Type.Array(RefundAnswer) });
