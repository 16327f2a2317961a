/** The fixed parts of the page, read once at start: words per language, style, script, and the hashes that the CSP allows. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Texts } from './format.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Bundled from script.ts by build.mjs. */
export const SCRIPT = read('./script.bundle.txt').trimEnd();
export const SCRIPT_HASH = hashOf(SCRIPT);

/** Indentation and line ends are for us. */
export const STYLE = read('./style.css').replace(/\n\s*/g, '');
export const STYLE_HASH = hashOf(STYLE);

/** Without scripts the shell's own words ("one moment") would not be true. */
export const NO_SCRIPT_STYLE = '#say,main .card.card::before{display:none}';
export const NO_SCRIPT_STYLE_HASH = hashOf(NO_SCRIPT_STYLE);

/** Words by language; English is complete by definition, a test compares the others with it. */
export const LOCALES: ReadonlyMap<string, Texts> = new Map(
  readdirSync(new URL('./locales/', import.meta.url))
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name.replace('.json', ''), JSON.parse(read(`./locales/${name}`)) as Texts]),
);

/** The shopper's first language that there are words for; English otherwise. */
export function pickLanguage(acceptLanguage: string | undefined): string {
  const wanted = (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map((part) => {
      const [tag = '', quality] = part.trim().split(';q=');
      return {
        language: tag.split('-')[0]?.toLowerCase() ?? '',
        quality: quality === undefined ? 1 : Number(quality) || 0,
      };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wanted.find(({ language }) => LOCALES.has(language))?.language ?? 'en';
}
