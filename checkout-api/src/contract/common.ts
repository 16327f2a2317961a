/** Pieces that several schemas share. */
import { Type } from 'typebox';

export const DropId = Type.String({
  pattern: '^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$',
  description: 'Id of a drop',
});

/** No comma, quote or brace: SKUs stand in URLs, logs and labels as they are. */
export const Sku = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: 'Stock keeping unit',
});

export const Id = Type.String({ format: 'uuid' });

export const AmountMinor = Type.Integer({ minimum: 0, description: 'In the minor unit of the currency' });

export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });

export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });

export const Quantity = Type.Integer({ minimum: 1, maximum: 1000 });

export const Lines = Type.Array(
  Type.Object({ sku: Sku, quantity: Quantity }, { additionalProperties: false }),
  { minItems: 1, maxItems: 20 },
);

export const DropParams = Type.Object({ drop: DropId });

export const IdParams = Type.Object({ id: Id });

export const ProblemDocument = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
  },
  {
    additionalProperties: true,
    description: 'RFC 9457 problem document; its type is the address of its page',
  },
);
