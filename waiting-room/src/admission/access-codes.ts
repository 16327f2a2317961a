/** What an access code gives whoever joins with it (ADR 0112, ADR 0113). How often it was used only the queue knows. */
import { type CodeBatch, findCode } from '../domain/access-code.ts';
import type { CodeUse, DropView, TicketClass } from '../queue/queue.ts';

/** Longer than any line stands: before everybody who has not been called. */
const BYPASS_HEAD_START_MS = 30 * 86_400_000;

/** Before every band that others draw in, and before all who arrive. Rate, sessions and stock apply as to everyone. */
const BYPASS: TicketClass = { band: 0, chances: 1, headStartMs: BYPASS_HEAD_START_MS };

export interface Code {
  readonly use: Omit<CodeUse, 'carriedFrom'>;
  /** Null: that of whoever joins. */
  readonly class: TicketClass | null;
}

export type CodeVerdict =
  /** Null: joined without one, or there is nothing here that it would be used for. */
  | { readonly is: 'good'; readonly code: Code | null }
  | { readonly is: 'wrong' }
  /** What codes are read by has been lost, and is being written again. */
  | { readonly is: 'unreadable' };

export function readCode(
  { page, isCodeRequired, phase }: Pick<DropView, 'page' | 'isCodeRequired' | 'phase'>,
  text: string | undefined,
): CodeVerdict {
  if (text === undefined || text.trim() === '') return { is: 'good', code: null };
  if (!page.codes) return { is: isCodeRequired ? 'unreadable' : 'wrong' };
  const found = findCode(page.codes, text);
  if (found === null) return { is: 'wrong' };
  // While all have to queue nobody skips the line.
  const skips = found.batch.kind === 'bypass' && phase !== 'queue_all';
  if (!skips && !isCodeRequired) return { is: 'good', code: null };
  return { is: 'good', code: { use: useOf(found.id, found.batch), class: skips ? BYPASS : null } };
}

const useOf = (id: string, { kind, usesMax }: CodeBatch): Code['use'] => ({
  id,
  usesMax,
  isTold: kind === 'bypass',
});
