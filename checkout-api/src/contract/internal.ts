/** What the control plane sends of a drop and its products. Internal listener only. */
import { Type } from 'typebox';
import { AmountMinor, Currency, DropId, Instant, Sku } from './common.ts';
import { Units } from './stock.ts';

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
          parts: Type.Integer({
            minimum: 1,
            maximum: 64,
            default: 1,
            description:
              'Rows its stock is split over, for a SKU that several instances sell at once; never shrinks',
          }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 1000 },
    ),
  },
  { additionalProperties: false },
);

export const RehearsalDeletedAnswer = Type.Object({
  drop: DropId,
  rows: Type.Integer({ description: 'How many rows there still were of it' }),
});
