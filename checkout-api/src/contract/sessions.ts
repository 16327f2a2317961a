/** The checkout session: what an admission token and its secret are exchanged for. */
import { Type } from 'typebox';
import { DropId, Id, Instant } from './common.ts';

export const SessionHeaders = Type.Object({
  'sluice-secret': Type.Optional(
    Type.String({ maxLength: 200, description: 'The secret the token is bound to' }),
  ),
});

export const SessionAnswer = Type.Object({
  sessionId: Id,
  drop: DropId,
  customer: Type.Optional(Type.String()),
  token: Type.String({ description: 'Credential of the session: `Authorization: Session <token>`' }),
  expiresAt: Type.String({ ...Instant, description: 'New reservations may start until here' }),
});

export const RevocationRequest = Type.Object(
  {
    jtis: Type.Array(
      Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'Public number of a ticket' }),
      {
        minItems: 1,
        maxItems: 500,
      },
    ),
    reason: Type.String({ minLength: 1, maxLength: 200 }),
    actor: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);

export const RevocationAnswer = Type.Object({
  ended: Type.Integer({ description: 'Sessions that were open and have ended now' }),
});
