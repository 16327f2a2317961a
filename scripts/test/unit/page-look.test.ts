/** What control plane and waiting room must agree on about a merchant's look, without knowing each other. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** Members of the list that a source file declares under a name. */
function listIn(path: string, name: string): string[] {
  const [, body = ''] = new RegExp(`${name} = \\[(.*?)\\] as const`, 's').exec(read(path)) ?? [];
  return [...body.matchAll(/'([^']+)'/g)].map(([, member = '']) => member);
}

const WORDS = 'admin-ui/server/src/domain/page-words.ts';

test('the words that merchants may change are words of the page, in the languages that it has', () => {
  const locales = 'waiting-room/page/locales';
  const files = readdirSync(new URL(`../../../${locales}/`, import.meta.url)).sort();
  expect(files).toEqual(listIn(WORDS, 'PAGE_LANGUAGES').map((lang) => `${lang}.json`));
  const english = JSON.parse(read(`${locales}/en.json`));
  const own = listIn(WORDS, 'OWN_WORDS');
  expect(own).toContain('room');
  for (const key of own) {
    expect(english, key).toHaveProperty([key]);
    // Without arguments: a merchant's text is taken as it is.
    expect(english[key], key).not.toContain('{');
  }
});

test('the palette that one derives is the one that the other reads', () => {
  const [, members = ''] =
    /interface Palette \{(.*?)\n\}/s.exec(read('admin-ui/server/src/domain/theme.ts')) ?? [];
  const derived = [...members.matchAll(/readonly (\w+): string/g)].map(([, name = '']) => name);
  expect(derived.sort()).toEqual(listIn('waiting-room/src/domain/page-look.ts', 'PALETTE_COLOURS').sort());
});
