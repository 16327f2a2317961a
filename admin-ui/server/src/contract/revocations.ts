/** Taking tickets back over HTTP. */
import { Type } from 'typebox';
import { DropId } from './common.ts';

const NUMBERS_MAX = 500;

export const RevocationRequest = Type.Object(
  {
    numbers: Type.Array(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{43}$',
        description: 'Public number of a ticket: `jti` of its token, as logs, roster and audit have it',
      }),
      { minItems: 1, maxItems: NUMBERS_MAX, uniqueItems: true },
    ),
    reason: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Kept in the audit log and by the checkout',
    }),
    confirm: Type.Optional(Type.Boolean({ description: 'It is done only with true' })),
  },
  { additionalProperties: false },
);

export const RevocationAnswer = Type.Object({
  drop: DropId,
  ended: Type.Integer({ description: 'Checkout sessions that were open and have ended now' }),
});
