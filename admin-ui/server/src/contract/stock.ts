/** Stock over HTTP. The checkout keeps the ledger; the control plane asks and tells. */
import { Type } from 'typebox';
import { withRules } from './body-rules.ts';
import { DropId, Instant, Reason, Sku } from './common.ts';

export const StockAnswer = Type.Object({
  drop: DropId,
  products: Type.Array(
    Type.Object({
      sku: Sku,
      initial: Type.Integer(),
      available: Type.Integer(),
      held: Type.Integer(),
      sold: Type.Integer(),
      total: Type.Integer({ description: 'initial and every movement; available + held + sold' }),
    }),
  ),
});

export const StockMovementHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,128}$',
      description: 'The same key is the same movement, however often it is sent',
    }),
  ),
});

export const StockMovementRequest = withRules(
  Type.Object(
    {
      sku: Sku,
      delta: Type.Integer({
        minimum: -100_000_000,
        maximum: 100_000_000,
        description: 'Units put in (+) or taken out (-); not 0',
      }),
      reason: Type.String({ minLength: 1, maxLength: 200, description: 'Kept with the movement' }),
      confirm: Type.Optional(Type.Boolean({ description: 'Large movements are done only with true' })),
    },
    { additionalProperties: false },
  ),
  (body) =>
    (body as { delta?: unknown } | null)?.delta === 0 ? [{ path: '/delta', reason: 'must not be 0' }] : [],
);

export const StockMovementAnswer = Type.Object({
  id: Type.Integer(),
  drop: DropId,
  sku: Sku,
  delta: Type.Integer(),
  reason: Reason,
  actor: Type.String(),
  at: Instant,
});
