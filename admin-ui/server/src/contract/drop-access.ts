/** Who may join a drop: access codes, bypass list, member classes. */
import { type Static, Type } from 'typebox';
import { spellingOf } from '../domain/access-codes.ts';
import type { Fault } from '../domain/fault.ts';
import { withRules } from './body-rules.ts';
import { DropId, Instant, Nullable, Reason } from './common.ts';

const CLASSES_MAX = 20;
const KEYS_MAX = 10;
/** A day: longer than a drop that somebody joins late. */
const HEAD_START_SECONDS_MAX = 86_400;
/** An invitation to a stadium; a file of a megabyte. */
const CODES_MAX = 50_000;
const USES_MAX = 1_000_000;
/** Shorter words are guessed. */
const WORD_SIGNS_MIN = 6;

export const MemberClass = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$',
      description: 'As claims call it',
    }),
    band: Type.Integer({
      minimum: 0,
      maximum: 3,
      default: 1,
      description: '0 draws before 1; everyone else is in 1',
    }),
    chances: Type.Integer({
      minimum: 1,
      maximum: 8,
      default: 1,
      description: 'Draws in the lobby; the best counts',
    }),
    headStartSeconds: Type.Integer({
      minimum: 0,
      maximum: HEAD_START_SECONDS_MAX,
      default: 0,
      description: 'Over arrivals after the opening',
    }),
  },
  { additionalProperties: false },
);

export const MemberKey = Type.Object(
  {
    kid: Type.String({ minLength: 1, maxLength: 64 }),
    kty: Type.Enum(['OKP', 'EC']),
    crv: Type.Enum(['Ed25519', 'P-256']),
    x: Type.String({ maxLength: 64 }),
    y: Type.Optional(Type.String({ maxLength: 64 })),
    alg: Type.Optional(Type.Enum(['EdDSA', 'ES256'])),
    use: Type.Optional(Type.Enum(['sig'])),
  },
  { additionalProperties: false, description: 'Public key (JWK) that signs member claims' },
);

export const Members = Type.Object(
  {
    keys: Type.Array(MemberKey, { minItems: 1, maxItems: KEYS_MAX }),
    chancesMax: Type.Integer({
      minimum: 1,
      maximum: 8,
      description: 'Bound of claims that bring figures of their own',
    }),
    headStartSecondsMax: Type.Integer({ minimum: 0, maximum: HEAD_START_SECONDS_MAX }),
    classes: Type.Array(MemberClass, { maxItems: CLASSES_MAX, description: 'Classes that claims may name' }),
  },
  { additionalProperties: false, description: 'docs/draw.md#member-claims' },
);

export const Access = Type.Object({
  codeRequired: Type.Boolean({ description: 'Nobody gets a place without an access code' }),
  members: Nullable(Members),
});

export const AccessChange = Type.Partial(Access, { additionalProperties: false });

export const CodeBatchParams = Type.Object({
  drop: DropId,
  batch: Type.Integer({ minimum: 0, maximum: 255 }),
});

export const CodeBatch = Type.Object({
  number: Type.Integer({ description: 'What it is called by' }),
  kind: Type.Enum(['access', 'bypass'], { description: 'bypass: whoever comes with one skips the line' }),
  label: Type.String(),
  count: Type.Integer({ description: 'Codes' }),
  usesMax: Type.Integer({ description: 'How often each may be used' }),
  isWord: Type.Boolean({ description: 'A word that was chosen' }),
  uses: Type.Integer({ description: 'Of all its codes together' }),
  createdAt: Instant,
  createdBy: Type.String(),
  revokedAt: Nullable(Instant),
});
export type ToldBatch = Static<typeof CodeBatch>;

export const CodesAnswer = Type.Object({
  codeRequired: Type.Boolean(),
  batches: Type.Array(CodeBatch, { description: 'Latest first' }),
});

export const CodesQuery = Type.Object({
  format: Type.Optional(Type.Enum(['json', 'csv'], { default: 'json' })),
});

export const CodesMaking = withRules(
  Type.Object(
    {
      kind: Type.Optional(Type.Enum(['access', 'bypass'], { default: 'access' })),
      label: Type.String({ minLength: 1, maxLength: 100, description: 'Whom they are for' }),
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: CODES_MAX, default: 1 })),
      usesMax: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: USES_MAX,
          default: 1,
          description: 'How often each may be used',
        }),
      ),
      word: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z0-9 -]{1,40}$',
          description: 'One code of your choosing instead of made ones; upper and lower case are the same',
        }),
      ),
      reason: Type.Optional(Reason),
    },
    { additionalProperties: false },
  ),
  (body) => {
    const { word, count } = (body ?? {}) as { word?: unknown; count?: unknown };
    if (typeof word !== 'string') return [];
    const signs = spellingOf(word).length;
    const faults: Fault[] = [];
    if (signs < WORD_SIGNS_MIN)
      faults.push({ path: '/word', reason: `must have at least ${WORD_SIGNS_MIN} letters and digits` });
    if (count !== undefined && count !== 1) faults.push({ path: '/count', reason: 'must be 1 beside word' });
    return faults;
  },
);

export const MadeCodesAnswer = Type.Object({
  ...CodeBatch.properties,
  codes: Type.Array(Type.String(), { description: 'Told this once' }),
});

export const CodesRevoking = Type.Object({ reason: Type.Optional(Reason) }, { additionalProperties: false });
