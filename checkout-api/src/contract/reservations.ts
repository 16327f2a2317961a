/** Reservations and orders as shoppers see them. */
import { Type } from 'typebox';
import { AmountMinor, Currency, DropId, Id, Instant, Lines } from './common.ts';

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.String({
    pattern: '^[\\x21-\\x7e]{1,128}$',
    description: 'Chosen by the client; the same key is the same reservation, however often it is sent',
  }),
});

export const ReservationRequest = Type.Object({ lines: Lines }, { additionalProperties: false });

export const ReservationAnswer = Type.Object({
  id: Id,
  drop: DropId,
  status: Type.Enum(['held', 'processing', 'paid', 'released', 'expired']),
  lines: Lines,
  amountMinor: AmountMinor,
  currency: Currency,
  expiresAt: Instant,
  orderId: Type.Optional(Id),
});

export const ExtensionAnswer = Type.Object({ id: Id, expiresAt: Instant });

export const PaymentRequest = Type.Object(
  { method: Type.String({ pattern: '^[a-z]+:[a-z0-9-]{1,64}$', description: '`<provider>:<method>`' }) },
  { additionalProperties: false },
);

export const OrderAnswer = Type.Object({
  id: Id,
  drop: DropId,
  reservationId: Id,
  status: Type.Enum(['paid']),
  lines: Lines,
  amountMinor: AmountMinor,
  currency: Currency,
  createdAt: Instant,
});

export const PaidAnswer = Type.Object({
  status: Type.Literal('paid'),
  order: OrderAnswer,
});

export const PendingAnswer = Type.Object({
  status: Type.Enum(['processing', 'requires_action']),
  retryAfterMs: Type.Integer(),
});
