/** Schemas of the draw: what anyone needs to recompute every place (docs/draw.md). */
import { Type } from 'typebox';
import { Digest, DropParams, Nullable } from './common.ts';

export const DrawAnswer = Type.Object({
  drop: Type.String(),
  algorithm: Type.String({ description: 'How an order follows from seed, public number and class' }),
  commit: Nullable(Type.String({ description: 'Hex SHA-256 of the seed; null for a drop without a draw' })),
  revealed: Type.Boolean(),
  root: Nullable(
    Type.String({
      description: 'Merkle root of the roster (RFC 9162), base64url; published before the seed',
    }),
  ),
  size: Nullable(Type.Integer({ description: 'Tickets in the roster' })),
  seed: Type.Optional(Type.String({ description: 'Hex, 32 bytes; only once the root is published' })),
  verifier: Type.String({ description: 'Address of a one-file program that checks all of this' }),
});

export const RosterIndex = Type.Object({
  size: Type.Integer(),
  root: Digest,
  pageLines: Type.Integer({ description: 'Lines of every page but the last' }),
  pageRoots: Type.Array(Digest, {
    description: 'Merkle root of each page; pages are at …/draw/roster/{page}',
  }),
});

export const RosterPageParams = Type.Object({
  ...DropParams.properties,
  page: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
});

/** Lines of one answer, some 50 KB. */
export const LATE_LINES_MAX = 1000;

export const LateQuery = Type.Object({
  from: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100_000_000, default: 0, description: 'Lines to leave out' }),
  ),
});

export const LateAnswer = Type.Object({
  total: Type.Integer({ description: 'Lines there are so far; none is ever changed or taken away' }),
  from: Type.Integer(),
  lines: Type.Array(Type.String(), {
    description: `Public number, band, chances, as in the roster; at most ${LATE_LINES_MAX}`,
  }),
});

export const ReceiptAnswer = Type.Object({
  line: Type.String({ description: "The ticket's line in the roster" }),
  index: Type.Integer(),
  size: Type.Integer(),
  path: Type.Array(Digest, { description: 'Sibling hashes, nearest first (RFC 9162, 2.1.3)' }),
  root: Digest,
});
