/** Pieces that several routes' schemas share. */
import { Type } from 'typebox';
import { PHASES } from '../domain/phase.ts';

export const DROP_PATTERN = '^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$';

export const DropParams = Type.Object({
  drop: Type.String({ pattern: DROP_PATTERN, maxLength: 40, description: 'Drop id' }),
});

export const PhaseName = Type.Enum([...PHASES], { description: 'Phase of the drop' });

export const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** What was put in ahead of others when `generation` changed last. */
export const GenerationReason = Nullable(Type.Enum(['head-start', 'returned', 'came-forward']));

/** base64url of 32 bytes: `bind`, public numbers. */
export const Digest = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', minLength: 43, maxLength: 43 });

export const Instant = Type.String({ description: 'RFC 3339, UTC' });

/** RFC 9457; what each type means stands under docs/problems/. */
export const ProblemDocument = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
  },
  { additionalProperties: true, description: 'Problem document (application/problem+json)' },
);
