/** Where a list goes on, as text that callers hand back untouched. */

import { problem } from '@sluice/service-kit';
import type { Reason } from '../domain/reasons.ts';
import type { Cursor } from '../store/drops.ts';

export function writeCursor({ opensAtMs, id }: Cursor): string {
  return Buffer.from(`${opensAtMs}|${id}`).toString('base64url');
}

/** @throws Problem 400 `invalid-request` for text that no answer contained */
export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const [, opensAtMs, id] =
    /^(-?\d{1,15})\|([a-z0-9-]{1,40})$/.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (opensAtMs !== undefined && id !== undefined) return { opensAtMs: Number(opensAtMs), id };
  const reason: Reason = 'must be the `next` of an earlier answer';
  throw problem('invalid-request', `querystring.after ${reason}`, {
    errors: [{ field: 'querystring.after', reason }],
  });
}
