/** Schemas of what everyone may read about a drop. */
import { Type } from 'typebox';
import { Instant, Nullable, PhaseName } from './common.ts';

/** What the pulse says; written by the queue, sent as it is. */
export const PulseAnswer = Type.Object(
  {
    drop: Type.String(),
    phase: PhaseName,
    epoch: Type.String(),
    generation: Type.Integer(),
    serverTime: Instant,
    opensAt: Instant,
    closesAt: Nullable(Instant),
    waiting: Type.Integer(),
    headCount: Type.Integer({ description: 'Rounded in the lobby' }),
    ratePerMinute: Type.Integer(),
    pollAfterMs: Type.Integer(),
  },
  { additionalProperties: true },
);

export const JwksAnswer = Type.Object({
  keys: Type.Array(
    Type.Object({
      kid: Type.String(),
      kty: Type.String(),
      crv: Type.String(),
      x: Type.String(),
      alg: Type.String(),
      use: Type.String(),
    }),
  ),
});
