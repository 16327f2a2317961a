/** Links to the waiting page as it will be. */
import { Type } from 'typebox';
import { PREVIEW_LANGUAGES, PREVIEW_STATES } from '../domain/preview-links.ts';
import { DropId, Instant, Nullable, Reason } from './common.ts';

/** An hour of work on a page. */
export const PREVIEW_SECONDS = 3600;
/** Somebody who has to agree may be away for a week. */
const PREVIEW_SECONDS_MAX = 7 * 86_400;

export const PreviewRequest = Type.Object(
  {
    seconds: Type.Optional(
      Type.Integer({ minimum: 60, maximum: PREVIEW_SECONDS_MAX, default: PREVIEW_SECONDS }),
    ),
    reason: Type.Optional(Reason),
  },
  { additionalProperties: false },
);

export const PreviewAnswer = Type.Object({
  drop: DropId,
  url: Nullable(
    Type.String({
      description:
        'Add `&state=…&lang=…`; opens without an account. Null where the control plane does not know the address of the room (ROOM_URL)',
    }),
  ),
  path: Type.String({ description: 'The same without origin' }),
  expiresAt: Instant,
  states: Type.Array(Type.Enum([...PREVIEW_STATES])),
  languages: Type.Array(Type.Enum([...PREVIEW_LANGUAGES])),
});
