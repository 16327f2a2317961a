/** Schemas of what the checkout tells the room. */
import { Type } from 'typebox';
import { Digest, Instant, PhaseName } from './common.ts';

/** Q5: members of one script call. */
const MEMBERS_MAX = 500;
const Count = Type.Integer({ minimum: 0, maximum: 2 ** 31 });

export const SessionsEndedBody = Type.Object(
  {
    sessions: Type.Array(
      Type.Object(
        { jti: Digest, reason: Type.Enum(['paid', 'released', 'expired', 'revoked']) },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: MEMBERS_MAX },
    ),
  },
  { additionalProperties: false },
);

export const CapacityBody = Type.Object({
  seq: Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Grows with every report of a drop',
  }),
  at: Type.String({ maxLength: 40, description: 'When the figures were true' }),
  sellable: Count,
  held: Count,
  inside: Count,
  insideWithoutHold: Count,
  opened: Type.Array(Digest, { maxItems: MEMBERS_MAX }),
  latencyMs: Type.Optional(Type.Number({ minimum: 0 })),
  errorRate: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  breaker: Type.Optional(
    Type.Enum(['closed', 'half-open', 'open'], { description: 'Of the payment provider' }),
  ),
  poolWaitMs: Type.Optional(
    Type.Number({ minimum: 0, description: 'How long a request waits for a connection to Postgres' }),
  ),
});

/** A name that a gate makes up: random, so that no two are alike. */
const GateName = Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$', minLength: 16, maxLength: 64 });
const Numbers = (description: string) => Type.Array(Digest, { maxItems: MEMBERS_MAX, description });

export const LeasesBody = Type.Object(
  {
    gate: GateName,
    batch: Type.String({
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      maxLength: 64,
      description: 'Another one once it was answered; sent again, it leases nothing twice',
    }),
    want: Type.Integer({ minimum: 0, maximum: MEMBERS_MAX }),
    held: Numbers('Leased and unspent'),
    spent: Numbers('Taken by shoppers since the last answer'),
    returned: Numbers('Given back; the gate has forgotten them'),
  },
  { additionalProperties: false },
);

export const LeasesAnswer = Type.Object({
  phase: PhaseName,
  quota: Type.Integer({ description: 'How many this gate may hold' }),
  void: Type.Array(Digest, { description: 'Held ones that are no longer good' }),
  entries: Type.Array(
    Type.Object({
      number: Digest,
      token: Type.String(),
      secret: Type.Optional(Digest),
      expiresAt: Instant,
    }),
  ),
});

/** What the public may see: enough for a shop's page, small enough to travel in every pulse. */
export const ProductsBody = Type.Object(
  {
    currency: Type.String({ pattern: '^[A-Z]{3}$', maxLength: 3, description: 'ISO 4217' }),
    products: Type.Array(
      Type.Object(
        {
          sku: Type.String({ minLength: 1, maxLength: 64 }),
          name: Type.String({ minLength: 1, maxLength: 200 }),
          priceMinor: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
          available: Count,
        },
        { additionalProperties: false },
      ),
      { maxItems: 100 },
    ),
  },
  { additionalProperties: false },
);
