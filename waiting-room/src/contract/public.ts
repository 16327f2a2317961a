/** Schemas of what everyone may read about a drop. */
import { Type } from 'typebox';
import { GenerationReason, Instant, Nullable, PhaseName } from './common.ts';

/** What the pulse says; written by the queue, sent as it is. */
export const PulseAnswer = Type.Object(
  {
    drop: Type.String(),
    phase: PhaseName,
    epoch: Type.String(),
    generation: Type.Integer(),
    generationReason: GenerationReason,
    serverTime: Instant,
    opensAt: Instant,
    closesAt: Nullable(Instant),
    waiting: Type.Integer(),
    headCount: Type.Integer({ description: 'Rounded in the lobby' }),
    ratePerMinute: Type.Integer(),
    commit: Nullable(Type.String({ description: 'Of the draw: to be noted before the opening (…/draw)' })),
    pollAfterMs: Type.Integer(),
    turnMs: Type.Integer({ description: 'Call window and grace together' }),
    returnSpreadMs: Type.Integer({
      description:
        'When `epoch` is another than the ticket’s: present the ticket after a random part of this',
    }),
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

export const RevocationsAnswer = Type.Object({
  drop: Type.String(),
  revoked: Type.Array(Type.String({ description: 'Public number of a ticket: the `jti` of its token' })),
});
