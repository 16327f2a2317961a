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
