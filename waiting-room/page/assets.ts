/** The fixed parts of the page, read once at start: words per language, style, script, and the hashes that the CSP allows. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { pickLanguage as pickKnownLanguage } from '@sluice/service-kit';
import type { Texts } from './format.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Bundled from script.ts by build.mjs. */
export const SCRIPT = read('./script.bundle.txt').trimEnd();
export const SCRIPT_HASH = hashOf(SCRIPT);

/** A module that the script loads on demand, under an address that changes with its content. */
export interface PageModule {
  readonly file: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
}

function moduleOf(name: string): PageModule {
  const body = Buffer.from(read(`./${name}.bundle.txt`));
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 12);
  return { file: `${name}-${digest}.js`, body, gzipped: gzipSync(body, { level: 9 }) };
}

/** For those who have a place: bundled from line.ts. */
const LINE = moduleOf('line');

/** For those who want to know how their place was drawn: bundled from draw.ts. */
const DRAW = moduleOf('draw');

/** For those who want to be told of their turn: bundled from notify.ts. */
const NOTIFY = moduleOf('notify');

/** The service worker that shows what is pushed: bundled from worker.ts. */
const WORKER = moduleOf('worker');
/** For those who need an access code: bundled from code.ts. */
const CODE = moduleOf('code');

export const ADDRESSES = {
  line: `/w/-/${LINE.file}`,
  draw: `/w/-/${DRAW.file}`,
  notify: `/w/-/${NOTIFY.file}`,
  worker: `/w/-/${WORKER.file}`,
  code: `/w/-/${CODE.file}`,
};

/** File name of the service worker, which has a policy of its own: it asks the room. */
export const WORKER_FILE = WORKER.file;

/** By file name. */
export const MODULES: ReadonlyMap<string, PageModule> = new Map(
  [LINE, DRAW, NOTIFY, WORKER, CODE].map((module) => [module.file, module]),
);

/** White space is for us; where it means something, one blank is enough. */
export const STYLE = read('./style.css')
  .replace(/\s+/g, ' ')
  .replace(/ ?([{};,]) ?/g, '$1');
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

const OTHER_TITLES = ['why', 'order', 'plain', 'leave', 'stock'];

/** Every state of the page that there are words for, in the order a shopper may meet them. */
export const PAGE_STATES: readonly string[] = Object.keys(LOCALES.get('en') ?? {})
  .flatMap((key) => /^(.+)\.title$/.exec(key)?.[1] ?? [])
  .filter((state) => !OTHER_TITLES.includes(state));

/** The shopper's first language that there are words for; English otherwise. */
export const pickLanguage = (acceptLanguage: string | undefined): string =>
  pickKnownLanguage(acceptLanguage, (language) => LOCALES.has(language));
