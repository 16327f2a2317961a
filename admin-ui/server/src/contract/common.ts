/** Pieces that several schemas share. */
import { type TSchema, Type } from 'typebox';
import { PHASES } from '../domain/phase.ts';
import { LOCAL_TIME } from '../domain/zoned-time.ts';

export const DropId = Type.String({
  pattern: '^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$',
  description: 'Id of a drop: small letters, digits and hyphens, at most 40',
});

export const DropParams = Type.Object({ drop: DropId });

/** No comma, quote or brace: SKUs stand in URLs, logs and labels as they are. */
export const Sku = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: 'Stock keeping unit',
});

export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC in answers' });

export const LocalTime = Type.String({
  pattern: LOCAL_TIME,
  description: 'Date and clock in timeZone, without offset: 2026-12-01T18:00',
});

export const Choice = Type.Enum(['earlier', 'later'], {
  description: 'Which is meant where the clocks change and the time does not exist, or exists twice',
});

export const TimeZone = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'IANA zone, like Europe/Berlin',
});

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const PhaseName = Type.Enum([...PHASES], { description: 'Phase of the drop' });

/** Why an operator does something; kept in the audit log. */
export const Reason = Type.String({ minLength: 1, maxLength: 500, description: 'Kept in the audit log' });

export const ProblemDocument = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
  },
  {
    additionalProperties: true,
    description: 'RFC 9457 problem document; its type is the address of its page',
  },
);

export const PROBLEM_ANSWERS = { '4xx': ProblemDocument, '5xx': ProblemDocument };
