/** Schemas of what the checkout tells the room. */
import { Type } from 'typebox';
import { Digest } from './common.ts';

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
