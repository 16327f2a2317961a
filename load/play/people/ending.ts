/** How ways end, and what is said when one does not go as promised. */
import type { WebAnswer } from '../web/site.ts';

/** How a shopper's way ended. */
export type Ending =
  | 'bought'
  | 'declined'
  | 'released'
  | 'abandoned'
  | 'walked-out'
  | 'found-it-sold-out'
  | 'left'
  | 'no-show'
  | 'missed'
  | 'came-too-late'
  | 'sent-home';

/** A sentence without anything that must not stand in a report. */
export function unexpected(doing: string, { status, problem, body }: WebAnswer): Error {
  const reason = typeof body.reason === 'string' ? ` (${body.reason})` : '';
  return new Error(`${doing} was answered ${status} ${problem}${reason}`);
}
