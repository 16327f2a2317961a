/**
 * What merchants may say in their own words on the waiting page. What states a rule of the line (how places are given, how long
 * a turn is held, what leaving means) stays Sluice's: a shopper must be able to rely on it.
 */
import type { Fault } from './fault.ts';

/** Keys of waiting-room/page/locales; a test compares. */
export const OWN_WORDS = [
  'room',
  'why.title',
  'why.text',
  'scheduled.title',
  'scheduled.lead',
  'lobby.title',
  'waiting.title',
  'soon.title',
  'soon.lead',
  'called.title',
  'turn.title',
  'entering.title',
  'entering.lead',
  'paused.title',
  'sold-out.title',
  'sold-out.lead',
  'sold-out.new',
  'closed.title',
  'closed.lead',
  'done.title',
  'left.title',
  'full.title',
  'draining.title',
  'action.shop',
] as const;

export type OwnWord = (typeof OWN_WORDS)[number];

/** Languages that the page has words for. */
export const PAGE_LANGUAGES = [
  ...['ar', 'cs', 'de', 'en', 'es', 'fr', 'it', 'ja', 'ko', 'nl', 'pl', 'pt', 'sv', 'tr', 'zh'],
] as const;

/** By language. */
export type Words = Readonly<Record<string, Readonly<Partial<Record<OwnWord, string>>>>>;

/** Of one language, all together: the page stays within its 14 KB whatever is written. */
export const WORDS_BYTES_MAX = 3000;

export function wordsFaults(value: unknown, at: string): Fault[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([lang, words]) =>
    Buffer.byteLength(Object.values((words ?? {}) as object).join('')) > WORDS_BYTES_MAX
      ? [{ path: `${at}/${lang}`, reason: `must be at most ${WORDS_BYTES_MAX} bytes together` }]
      : [],
  );
}
