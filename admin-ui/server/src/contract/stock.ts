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

/** Its lines are keys of their own, with their number after it. */
export const StockTableHeaders = Type.Object({
  'idempotency-key': Type.String({
    pattern: '^[\\x21-\\x7e]{1,100}$',
    description: 'The same key is the same table, however often it is sent',
  }),
});

export const StockTableQuery = Type.Object({
  confirm: Type.Optional(
    Type.Boolean({ default: false, description: 'Large movements are done only with true' }),
  ),
});

export const MovedTableAnswer = Type.Object({
  moved: Type.Array(
    Type.Object({
      line: Type.Integer({ description: 'Of the table, the header being 1' }),
      sku: Sku,
      delta: Type.Integer(),
      movement: Type.Integer(),
    }),
  ),
  failed: Type.Array(
    Type.Object({ line: Type.Integer(), sku: Sku, type: Type.String(), reason: Type.String() }),
    { description: 'Send the table again under its key: what has been moved is not moved again' },
  ),
});
