/** Nobody is told that a draw proves more than it does. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOCALES } from '../../page/assets.ts';
import { describe } from '../../page/describe.ts';
import { renderDocument } from '../../page/document.ts';
import { textsOf } from '../../page/look.ts';
import { PLAIN_LOOK } from '../../src/domain/page-look.ts';

/** What is to be read; every text of the language stands in the page's data besides. */
const pageOf = (lang: string, drawn: boolean) =>
  renderDocument({
    ...{
      drop: 'd',
      name: 'A drop',
      lang,
      drawn,
      shop: null,
      message: '',
      reference: '',
      stock: null,
      look: PLAIN_LOOK,
    },
    view: describe({ state: 'lobby', asOfMs: 0 }, textsOf(lang), lang),
    mode: { kind: 'shell' },
  }).replaceAll(/<script.*?<\/script>/gs, '');

test.each([...LOCALES.keys()])('Q11: the page of a draw says what it proves and what not (%s)', (lang) => {
  const texts = textsOf(lang);
  const said = [texts['order.draw'], texts['order.draw.limits']] as string[];
  expect(said.every((text) => pageOf(lang, true).includes(text))).toBe(true);
  // First come, first served proves nothing by drawing.
  expect(said.some((text) => pageOf(lang, false).includes(text))).toBe(false);
});

test('Q11: in words: secret and fingerprint before the lobby, every place to be recomputed, tickets of the shop’s own not ruled out', () => {
  const texts = textsOf('en');
  expect(texts['order.draw']).toMatch(
    /fingerprint published, before the lobby opened; .* anyone can recompute every place/,
  );
  expect(texts['order.draw.limits']).toMatch(
    /cannot show is that the shop made no tickets with good places for itself/,
  );
});

test('Q11: so does the documentation, with what it would take', () => {
  const text = readFileSync(new URL('../../../docs/draw.md', import.meta.url), 'utf8').replaceAll('\n', ' ');
  const [, section = ''] = text.split('## What this proves, and what not');
  expect(section).toMatch(/proves that seed and roster are the ones committed to/);
  expect(section).toMatch(/no shopper could choose or know a place before the opening/);
  expect(section).toMatch(/does not prove that the operator did not choose _which tickets exist_/);
  expect(section).toMatch(/beacon/);
});
