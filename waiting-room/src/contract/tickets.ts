/** Schemas of a shopper's own routes: join, status, leave, admission. */
import { type Static, Type } from 'typebox';
import { CODE_LENGTH_MAX } from '../domain/access-code.ts';
import { Digest, GenerationReason, Instant, Nullable, PhaseName } from './common.ts';

const JoinFields = Type.Object(
  {
    nonce: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]+$',
        minLength: 16,
        maxLength: 64,
        description:
          'Random, made by the client: the same request sent twice gets the same ticket. Keep it as secret as the ticket.',
      }),
    ),
    member: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2048,
        description: 'Member claim: a JWT of the shop that names the customer and their class (docs/draw.md)',
      }),
    ),
    code: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: CODE_LENGTH_MAX,
        description:
          'Access code, where the drop asks for one. Send a nonce beside it: a lost answer then costs no second use.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** A join needs no body at all; a union of schemas would name the wrong fault for a bad one. */
export const JoinBody = Type.Unsafe<Static<typeof JoinFields> | null | undefined>({
  ...JoinFields,
  type: ['object', 'null'],
});

export const JoinAnswer = Type.Object({
  ticket: Type.String({
    description: 'Keep it secret; send it as `Authorization: Ticket …` or as the cookie',
  }),
  publicNumber: Digest,
  reference: Type.String({ description: 'Short place reference, not secret' }),
  phase: PhaseName,
  drawn: Type.Boolean({
    description: 'True when the place is drawn, false when it follows the order of arrival',
  }),
  joinedAt: Instant,
});
export type JoinAnswer = Static<typeof JoinAnswer>;

export const WaitSeconds = Type.Object({ minSeconds: Type.Integer(), maxSeconds: Type.Integer() });

export const OwnStatus = Type.Object({
  phase: PhaseName,
  state: Type.Enum(['lobby', 'waiting', 'called', 'checked_in', 'entered']),
  position: Nullable(Type.Integer({ description: '1 is next' })),
  ahead: Nullable(Type.Integer()),
  wait: Nullable(WaitSeconds),
  called: Type.Boolean(),
  callExpiresAt: Nullable(Instant),
  extensionsLeft: Nullable(Type.Integer({ description: 'How often the turn may still be held longer' })),
  turnEndsAt: Nullable(
    Type.String({ description: 'RFC 3339, UTC. Of call window and grace together: then the turn is missed' }),
  ),
  pollAfterMs: Type.Integer({ description: 'Ask again after this, not earlier' }),
  order: Nullable(
    Type.Number({
      description: 'What a rank map of the pulse turns into a position; null until every order is settled',
    }),
  ),
  generation: Type.Integer({
    description: 'Changes when places were put in ahead; only then may a position grow',
  }),
  generationReason: GenerationReason,
  epoch: Type.String(),
  reference: Type.String(),
  ticket: Type.Optional(
    Type.String({
      description: 'Only after the store was restored: the same place renewed; replace the old ticket by it',
    }),
  ),
  asOf: Instant,
  message: Type.Record(Type.String(), Type.String(), { description: 'From the merchant, by language' }),
});
export type OwnStatus = Static<typeof OwnStatus>;

export const Extended = Type.Object({
  callExpiresAt: Instant,
  extensionsLeft: Type.Integer(),
});

export const AdmissionBody = Type.Object(
  {
    bind: Digest,
    returnTo: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2048, description: 'Where on the shop to go on' }),
    ),
  },
  { additionalProperties: false },
);

export const Granted = Type.Object({
  token: Type.String({
    description: 'Admission token; valid only beside the secret that `bind` is the digest of',
  }),
  expiresAt: Instant,
  returnTo: Type.String(),
});

export const CheckedIn = Type.Object({
  checkedIn: Type.Literal(true),
  phase: PhaseName,
  ahead: Type.Integer(),
  generation: Type.Integer({ description: 'Changes when people called earlier have come forward' }),
  generationReason: GenerationReason,
  retryAfterMs: Type.Integer(),
});
