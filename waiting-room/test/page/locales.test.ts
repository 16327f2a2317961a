/** The words in every language (5.4). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOCALES } from '../../page/assets.ts';
import { fill } from '../../page/format.ts';
import { textsOf } from '../../page/look.ts';

const english = textsOf('en');
const others = [...LOCALES].filter(([lang]) => lang !== 'en');

/** `{name}` and `{name, plural, …}`: the arguments of a text. */
const argumentsOf = (text: string) => [...text.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name).sort();
const categoriesOf = (text: string) =>
  [...text.matchAll(/(\w+) \{[^{}]*\}/g)].map(([, category]) => category).sort();

/** Rightly the same as in English. */
const SAME = new Set<string>([]);

test('5.4: there are fifteen languages, one of them written from right to left', () => {
  expect(LOCALES.size).toBe(15);
  expect(LOCALES.has('ar')).toBe(true);
});

for (const [lang, texts] of others) {
  test(`5.4: ${lang} has every text, in the order of the English ones, with the same arguments, and none is empty`, () => {
    expect(Object.keys(texts)).toEqual(Object.keys(english));
    for (const [key, text] of Object.entries(texts)) {
      expect(text.trim(), key).toBe(text);
      expect(text, key).not.toBe('');
      expect(argumentsOf(text), key).toEqual(argumentsOf(english[key] ?? ''));
    }
  });

  test(`5.4: ${lang} has a form for every category of number that its grammar knows`, () => {
    const wanted = [...new Intl.PluralRules(lang).resolvedOptions().pluralCategories].sort();
    for (const [key, text] of Object.entries(texts)) {
      expect(text.includes(', plural,'), key).toBe(english[key]?.includes(', plural,'));
      if (text.includes(', plural,')) expect(categoriesOf(text), key).toEqual(wanted);
    }
  });

  test(`5.4: ${lang} is a translation: at most one text in twenty is as in English`, () => {
    const same = Object.keys(english).filter((key) => !SAME.has(key) && texts[key] === english[key]);
    expect(same.length, same.join(', ')).toBeLessThanOrEqual(Object.keys(english).length / 20);
  });
}

test('5.4: every language that a machine translated is marked so in the docs, and no other', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').replace(/\s+/g, ' ');
  const [, people = '', machine = ''] =
    /Written by people who know Sluice: ([^.]+)\. Translated by machine, [^:]+: ([^.]+)\./.exec(readme) ?? [];
  const languages = new Intl.DisplayNames('en', { type: 'language' });
  const namesOf = (text: string) =>
    text
      .replace(/ \([^)]*\)/g, '')
      .split(/, | and /)
      .sort();
  const byPeople = ['en', 'de'].map((lang) => languages.of(lang)).sort();
  expect(namesOf(people)).toEqual(byPeople);
  const others = [...LOCALES.keys()].map((lang) => languages.of(lang) ?? lang);
  expect(namesOf(machine)).toEqual(others.filter((name) => !byPeople.includes(name)).sort());
});

test('a number goes into a text in the form that its language has for it', () => {
  const forms = (lang: string) =>
    [0, 1, 2, 3, 5, 11, 22].map((count) => fill(textsOf(lang)['action.extend'] ?? '', count, lang));
  expect(forms('en')[1]).toBe('Hold my turn longer (1 more time)');
  expect(forms('en')[2]).toBe('Hold my turn longer (2 more times)');
  expect(forms('pl').slice(1, 4)).toEqual([
    'Trzymaj moją kolej dłużej (jeszcze 1 raz)',
    'Trzymaj moją kolej dłużej (jeszcze 2 razy)',
    'Trzymaj moją kolej dłużej (jeszcze 3 razy)',
  ]);
  for (const lang of LOCALES.keys()) for (const text of forms(lang)) expect(text, lang).not.toMatch(/[{}#]/);
  expect(fill('about {count}', 1200, 'de')).toBe('about 1.200');
});
