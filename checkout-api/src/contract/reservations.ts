/** Reservations and their payment as shoppers see them. */
import { Type } from 'typebox';
import { AmountMinor, Currency, DropId, Id, Instant, Lines } from './common.ts';
import { OrderAnswer } from './orders.ts';

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
  lateRefund: Type.Optional(
    Type.Enum(['pending', 'succeeded', 'refused'], {
      description: 'Money came when the hold was gone and the units too; it goes back',
    }),
  ),
});

export const ExtensionAnswer = Type.Object({ id: Id, expiresAt: Instant });

export const PaymentRequest = Type.Object(
  {
    method: Type.String({ pattern: '^[a-z]+:[A-Za-z0-9_-]{1,128}$', description: '`<provider>:<method>`' }),
    receiptTo: Type.Optional(
      Type.String({
        maxLength: 254,
        pattern: '^[^\\s@<>()\\[\\],;:"\\\\]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$',
        description:
          'One e-mail address: the confirmation of the order, its receipt, goes there once, in the language asked for; then it is deleted',
      }),
    ),
  },
  { additionalProperties: false },
);

export const PaidAnswer = Type.Object({
  status: Type.Literal('paid'),
  order: OrderAnswer,
});

export const PendingAnswer = Type.Object({
  status: Type.Enum(['processing', 'requires_action']),
  action: Type.Optional(
    Type.Object(
      {
        type: Type.Enum(['redirect', 'client']),
        url: Type.Optional(Type.String({ description: 'Where the shopper goes' })),
        clientSecret: Type.Optional(Type.String({ description: 'For the script of the provider' })),
      },
      { description: 'What the shopper has to do first' },
    ),
  ),
  retryAfterMs: Type.Integer(),
});
