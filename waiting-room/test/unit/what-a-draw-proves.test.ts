/** Nobody is told that a draw proves more than it does. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOCALES } from '../../page/assets.ts';
import { describe } from '../../page/describe.ts';
import { renderDocument, textsOf } from '../../page/document.ts';

/** What is to be read; every text of the language stands in the page's data besides. */
const pageOf = (lang: string, drawn: boolean) =>
  renderDocument({
    ...{ drop: 'd', name: 'A drop', lang, drawn, shop: null, message: '', reference: '' },
    view: describe({ state: 'lobby', asOfMs: 0 }, textsOf(lang), lang),
    mode: { kind: 'shell' },
  }).replaceAll(/<script.*?<\/script>/gs, '');
const PROVED: Readonly<Record<string, RegExp>> = {
  en: /fingerprint published[^.]*before the lobby opened.*recompute every place/,
  de: /Fingerabdruck war veröffentlicht[^.]*bevor der Vorraum öffnete.*Plätze nachrechnen/,
};
const NOT_PROVED: Readonly<Record<string, RegExp>> = {
  en: /cannot show is that the shop made no tickets with good places for itself/,
  de: /nicht zeigen kann: dass der Shop sich nicht selbst Tickets mit guten Plätzen/,
};

test.each([...LOCALES.keys()])('Q11: the page of a draw says what it proves and what not (%s)', (lang) => {
  const page = pageOf(lang, true);
  expect(page).toMatch(PROVED[lang] as RegExp);
  expect(page).toMatch(NOT_PROVED[lang] as RegExp);
  // First come, first served proves nothing by drawing.
  expect(pageOf(lang, false)).not.toMatch(PROVED[lang] as RegExp);
});

test('Q11: so does the documentation, with what it would take', () => {
  const text = readFileSync(new URL('../../../docs/draw.md', import.meta.url), 'utf8').replaceAll('\n', ' ');
  const [, section = ''] = text.split('## What this proves, and what not');
  expect(section).toMatch(/proves that seed and roster are the ones committed to/);
  expect(section).toMatch(/no shopper could choose or know a place before the opening/);
  expect(section).toMatch(/does not prove that the operator did not choose _which tickets exist_/);
  expect(section).toMatch(/beacon/);
});
