/** The audit log over HTTP. */
import { Type } from 'typebox';
import { DropId, Nullable } from './common.ts';

/** A screen; an entry is some 500 bytes. */
export const ENTRIES_PER_ANSWER = 100;
const ENTRIES_PER_ANSWER_MAX = 500;

const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export const EntryListQuery = Type.Object({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: ENTRIES_PER_ANSWER_MAX, default: ENTRIES_PER_ANSWER }),
  ),
  before: Type.Optional(Type.Integer({ ...Seq, description: '`next` of the answer before' })),
});

const Filters = {
  drop: Type.Optional(DropId),
  actor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'As entries name who did it' }),
  ),
  act: Type.Optional(
    Type.String({ pattern: '^[a-z][a-z.-]{0,49}$', description: 'An act, or what acts begin with: order.' }),
  ),
};

export const AuditQuery = Type.Object({ ...EntryListQuery.properties, ...Filters });

export const AuditVerdictAnswer = Type.Object({
  isIntact: Type.Boolean(),
  entries: Type.Integer({ description: 'Read and checked' }),
  heads: Type.Integer({ description: 'Signed ends outside the database that it was compared with' }),
  faults: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      kind: Type.Enum(['missing', 'altered', 'not-sealed', 'rewritten', 'cut-off', 'head-not-signed']),
      detail: Type.String(),
    }),
    { maxItems: 100, description: 'The first hundred' },
  ),
});

export const ExportQuery = Type.Object({
  ...Filters,
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Number of the last entry you have',
    }),
  ),
});

const Entry = Type.Object({
  seq: Seq,
  at: Type.String({ description: 'RFC 3339, UTC' }),
  actor: Type.String(),
  act: Type.String(),
  drop: Nullable(Type.String()),
  before: Type.Unknown({ description: 'Changed members only' }),
  after: Type.Unknown(),
  reason: Nullable(Type.String()),
  hash: Type.String({ description: 'Hex; covers the entry and the hash of the one before' }),
  isUndone: Type.Boolean(),
});

export const EntryList = Type.Object({
  entries: Type.Array(Entry),
  next: Nullable(
    Type.Integer({ description: 'Send as `before` for the earlier ones; null at the beginning' }),
  ),
});
