/** Figures in the shopper's language, the same code on the server and in the browser. */

export type Texts = Readonly<Record<string, string>>;

/** `4–7 minutes`, `1–2 hours`; never more exact than the estimate is. */
export function span(minSeconds: number, maxSeconds: number, lang: string): string {
  const [unit, seconds] = maxSeconds < 7200 ? (['minute', 60] as const) : (['hour', 3600] as const);
  const from = Math.max(1, Math.floor(minSeconds / seconds));
  const to = Math.max(from, Math.ceil(maxSeconds / seconds));
  const words = new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' });
  // Browsers of before 2022 have no ranges.
  const { formatRange } = words as Partial<Pick<Intl.NumberFormat, 'formatRange'>>;
  if (from === to) return words.format(to);
  return formatRange ? formatRange.call(words, from, to) : `${from}–${words.format(to)}`;
}

/**
 * Time of day, with the date when it is not within a day: in the shopper's own zone, or, where that is not known, in
 * `zone`, which is then named.
 */
export function clock(atMs: number, nowMs: number, lang: string, zone?: string): string {
  const far = Math.abs(atMs - nowMs) > 72e6;
  return new Date(atMs).toLocaleString(lang, {
    timeStyle: zone ? 'long' : 'short',
    ...(zone && { timeZone: zone }),
    ...(far && { dateStyle: 'medium' }),
  });
}

/** `26:02:03`, `1:02:03`, `12:03`, `2:03`. */
export function countdown(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / 1000)) * 1000;
  const hours = Math.floor(left / 3600e3);
  return (hours + new Date(left).toISOString().slice(13, 19)).replace(/^0:0?/, '');
}

/** Puts a number into a text: `{count}`, or ICU's `{count, plural, one {…} other {…}}` with `#` for it. */
export function fill(text: string, count: number, lang: string): string {
  const number = count.toLocaleString(lang);
  return text.replace(/\{count(?:, plural,((?: *\w+ \{[^{}]*\})+))?\}/g, (_, forms?: string) => {
    if (forms === undefined) return number;
    const byCategory = new Map(
      [...forms.matchAll(/(\w+) \{([^{}]*)\}/g)].map(([, category, form = '']) => [category, form]),
    );
    const form = byCategory.get(new Intl.PluralRules(lang).select(count)) ?? byCategory.get('other') ?? '';
    return form.replace('#', number);
  });
}
