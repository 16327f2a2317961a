// 4.14: whatever field the server may refuse has a name on the screen, in both languages; a path is nobody's word.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PRODUCT_COLUMNS } from '../../../server/src/domain/product-csv.ts';
import { MOVEMENT_COLUMNS } from '../../../server/src/domain/stock-csv.ts';
import { recordWords } from '../../src/ui/record-words/record-words.ts';
import { saidIn } from './support/said-in.ts';

interface Schema {
  readonly $ref?: string;
  readonly anyOf?: Schema[];
  readonly oneOf?: Schema[];
  readonly allOf?: Schema[];
  readonly properties?: Record<string, Schema>;
  readonly patternProperties?: Record<string, Schema>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}
interface Operation {
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
  readonly parameters?: { readonly in: string; readonly name: string }[];
}

const described = JSON.parse(
  readFileSync(new URL('../../../server/openapi.json', import.meta.url), 'utf8'),
) as { paths: Record<string, Record<string, Operation>> } & Record<string, unknown>;

function resolved(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = schema.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], described);
  return resolved(found as Schema);
}

/** What stands for a key that whoever sends it chooses: a language, as everything so named is said in one. */
const ANY_KEY = 'de';

function pathsOf(of: Schema, at: string, paths: Set<string>): void {
  const schema = resolved(of);
  paths.add(at);
  for (const one of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])])
    pathsOf(one, at, paths);
  for (const [name, one] of Object.entries(schema.properties ?? {})) pathsOf(one, `${at}.${name}`, paths);
  for (const one of Object.values(schema.patternProperties ?? {})) pathsOf(one, `${at}.${ANY_KEY}`, paths);
  if (typeof schema.additionalProperties === 'object')
    pathsOf(schema.additionalProperties, `${at}.${ANY_KEY}`, paths);
  if (schema.items) pathsOf(schema.items, `${at}.1`, paths);
}

const PARTS: Readonly<Record<string, string>> = {
  ...{ path: 'params', query: 'querystring', header: 'headers' },
};

/** As problem documents name them. */
function fieldPaths(): string[] {
  const paths = new Set<string>();
  for (const operations of Object.values(described.paths))
    for (const { requestBody, parameters = [] } of Object.values(operations)) {
      for (const { schema } of Object.values(requestBody?.content ?? {})) pathsOf(schema, 'body', paths);
      for (const one of parameters) paths.add(`${PARTS[one.in]}.${one.name}`);
    }
  for (const column of [...MOVEMENT_COLUMNS, ...PRODUCT_COLUMNS]) paths.add(`line.3.${column}`);
  return [...paths, 'line.3', 'headers.if-match', 'headers.content-type'].sort();
}

/** Paths that have no name, each with why: none so far. */
const WITHOUT_A_NAME: ReadonlySet<string> = new Set();

describe.each(['en', 'de'] as const)('in %s', (locale) => {
  const words = recordWords(saidIn(locale), 'UTC');

  test('4.14: every field that a request may have is called by a name, not by its path', () => {
    const paths = fieldPaths();
    expect(paths.length).toBeGreaterThan(250);
    const unnamed = paths.filter((path) => words.label(path) === undefined && !WITHOUT_A_NAME.has(path));
    expect(unnamed).toEqual([]);
    // No half-words either: what is left of a path would stand between points or in the middle of a word.
    const half = paths.filter((path) => /\w\.\w|[a-z][A-Z]/.test(words.label(path) ?? ''));
    expect(half).toEqual([]);
  });
});

test.each([
  ['body.products.1.priceMinor', 'product 2: price', 'Produkt 2: Preis'],
  ['body.admission.ratePerMinute', 'Entries a minute', 'Einlass pro Minute'],
  ['body.access.members.keys.0.d', 'public key 1: d', 'öffentlicher Schlüssel 1: d'],
  [
    'body.drops.2.page.theme.dark.text',
    'drop 3: colours at night: text colour',
    'Drop 3: Farben bei Nacht: Textfarbe',
  ],
  ['body.message.de', 'message (German)', 'Mitteilung (Deutsch)'],
  ['body.words.fr.title', 'own words (French): title', 'eigene Worte (Französisch): title'],
  ['line.3.delta', 'line 3: units', 'Zeile 3: Stück'],
  ['body.passkey.response.signature', 'passkey', 'Passkey'],
  ['body.rampTo.colour', undefined, undefined],
])('4.14: %s is called %s, %s', (path, english, german) => {
  expect(recordWords(saidIn('en'), 'UTC').label(path)).toBe(english);
  expect(recordWords(saidIn('de'), 'UTC').label(path)).toBe(german);
});
