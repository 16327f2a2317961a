/** What the control plane sends: drops with their products, and stock movements. Internal listener only. */
import { Type } from 'typebox';
import { AmountMinor, Currency, DropId, Instant, Sku } from './common.ts';

const Units = Type.Integer({ minimum: 0, maximum: 100_000_000 });

export const DropSetupRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    closesAt: Type.Optional(Type.Union([Instant, Type.Null()])),
    holdSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
    tokenSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
    perShopperLimit: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    currency: Currency,
    products: Type.Array(
      Type.Object(
        {
          sku: Sku,
          name: Type.String({ minLength: 1, maxLength: 200 }),
          priceMinor: AmountMinor,
          stock: Units,
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 1000 },
    ),
  },
  { additionalProperties: false },
);

export const BalancesAnswer = Type.Object({
  drop: DropId,
  products: Type.Array(
    Type.Object({
      sku: Sku,
      initial: Units,
      available: Units,
      held: Units,
      sold: Units,
      total: Units,
    }),
  ),
});

export const StockMovementRequest = Type.Object(
  {
    sku: Sku,
    delta: Type.Integer({ minimum: -100_000_000, maximum: 100_000_000, description: 'Not 0' }),
    reason: Type.String({ minLength: 1, maxLength: 200 }),
    actor: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);

export const StockMovementAnswer = Type.Object({
  id: Type.Integer(),
  drop: DropId,
  sku: Sku,
  delta: Type.Integer(),
  reason: Type.String(),
  actor: Type.String(),
  at: Instant,
});
