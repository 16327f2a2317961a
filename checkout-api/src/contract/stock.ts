/** Stock as the control plane moves it: balances, the ledger of movements, and the two ways to add to it. */
import { Type } from 'typebox';
import { DropId, Instant, Sku } from './common.ts';

export const Units = Type.Integer({ minimum: 0, maximum: 100_000_000 });

const Reason = Type.String({ minLength: 1, maxLength: 200, description: 'Stands in the ledger' });

const Actor = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'Who moves it; stands in the ledger',
});

export const SkuParams = Type.Object({ drop: DropId, sku: Sku });

export const BalanceAnswer = Type.Object({
  sku: Sku,
  initial: Units,
  available: Units,
  held: Units,
  sold: Units,
  total: Type.Integer({
    minimum: 0,
    description: 'Initial and every movement since: available + held + sold',
  }),
  parts: Type.Integer({ description: 'Rows it is split over' }),
  ledger: Type.Integer({ description: 'Number of its last movement, 0 for none: the ETag' }),
});

export const BalancesAnswer = Type.Object({ drop: DropId, products: Type.Array(BalanceAnswer) });

export const MovementHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,128}$',
      description: 'The same key is the same movement, however often it is sent',
    }),
  ),
});

export const StockMovementRequest = Type.Object(
  {
    sku: Sku,
    delta: Type.Integer({ minimum: -100_000_000, maximum: 100_000_000, description: 'Not 0' }),
    reason: Reason,
    actor: Actor,
  },
  { additionalProperties: false },
);

export const StockTotalHeaders = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      pattern: '^"\\d{1,15}"$',
      description: 'The ETag of the balance that the total was decided by',
    }),
  ),
});

export const StockTotalRequest = Type.Object(
  { total: Units, reason: Reason, actor: Actor },
  { additionalProperties: false },
);

export const MovementsQuery = Type.Object({
  before: Type.Optional(Type.Integer({ minimum: 1, description: 'Number of the last entry already seen' })),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
});

export const StockMovementAnswer = Type.Object({
  id: Type.Integer(),
  drop: DropId,
  sku: Sku,
  delta: Type.Integer(),
  reason: Type.String(),
  actor: Type.String(),
  at: Instant,
});

export const MovementsAnswer = Type.Object({
  drop: DropId,
  sku: Sku,
  movements: Type.Array(Type.Omit(StockMovementAnswer, ['drop', 'sku'])),
});
