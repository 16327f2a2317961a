/** Which language the screen is in: the one somebody chose here, else the browser's, else English. */

export const LOCALES = ['en', 'de'] as const;
export type Locale = (typeof LOCALES)[number];

const KEPT_AS = 'sluice.locale';

export function currentLocale(): Locale {
  const kept = localStorage.getItem(KEPT_AS);
  const wanted = [...(kept ? [kept] : []), ...navigator.languages].map((tag) =>
    tag.slice(0, 2).toLowerCase(),
  );
  return wanted.flatMap((tag) => LOCALES.find((known) => known === tag) ?? [])[0] ?? 'en';
}

export function keepLocale(locale: Locale): void {
  localStorage.setItem(KEPT_AS, locale);
}

/** How dates and numbers are written: as the browser says for that language, else as most of Europe does. */
export const formatLocale = (locale: Locale): string =>
  navigator.languages.find((tag) => tag.startsWith(`${locale}-`)) ?? { en: 'en-GB', de: 'de-DE' }[locale];
