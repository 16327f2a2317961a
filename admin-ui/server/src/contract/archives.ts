/** What the rooms read of an archived draw. Not for outsiders: the room shows it to them (docs/draw.md). */
import { Type } from 'typebox';
import { DropId, Nullable } from './common.ts';

export const DrawDropParams = Type.Object({ drop: DropId });
export const DrawPageParams = Type.Object({
  drop: DropId,
  page: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
});

export const StoredDraw = Type.Object({
  commit: Nullable(Type.String({ description: 'Hex SHA-256 of the seed' })),
  seed: Nullable(Type.String({ description: 'Hex; null: never revealed' })),
  head: Nullable(
    Type.Object(
      {
        build: Type.String(),
        size: Type.Integer(),
        root: Type.String({ description: 'Merkle root (RFC 9162), base64url' }),
        pageRoots: Type.Array(Type.String()),
        pageFirsts: Type.Array(Type.String({ description: 'First public number of each page' })),
      },
      { description: 'The roster; null: nobody took part' },
    ),
  ),
});
