/** Words that most visits never need, kept out of the first load: asked for by the first page that says them. */
import { currentLocale, type Locale } from './locale.ts';

type Messages = Readonly<Record<string, string>>;

const CATALOGUES: Readonly<Record<Locale, () => Promise<{ readonly default: Messages }>>> = {
  en: () => import('./more-english.ts'),
  de: () => import('./more-german.ts'),
};

let isWanted = false;
let loaded: Partial<Record<Locale, Messages>> = {};
const listeners = new Set<() => void>();

/** Loads a page and its words; the page is not shown before it can say them. */
export async function withMoreMessages<Page>(load: () => Promise<Page>): Promise<Page> {
  isWanted = true;
  const [page] = await Promise.all([load(), loadMoreIfWanted(currentLocale())]);
  return page;
}

/** Before the language of the screen changes. */
export async function loadMoreIfWanted(locale: Locale): Promise<void> {
  if (!isWanted || loaded[locale]) return;
  loaded = { ...loaded, [locale]: (await CATALOGUES[locale]()).default };
  for (const listener of listeners) listener();
}

export function listenToMore(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const moreMessages = (locale: Locale): Messages | undefined => loaded[locale];
