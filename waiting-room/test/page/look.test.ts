/** 5.5: a merchant's look on the page: colours by a style of its own hash, own words, a logo; nothing else gets in. */
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { LOCALES, STYLE } from '../../page/assets.ts';
import { describe } from '../../page/describe.ts';
import { contentSecurityPolicy, renderDocument } from '../../page/document.ts';
import { textsOf } from '../../page/look.ts';
import {
  PALETTE_COLOURS,
  type PageLook,
  type Palette,
  PLAIN_LOOK,
  readLook,
} from '../../src/domain/page-look.ts';

const paletteOf = (colour: string) =>
  Object.fromEntries(PALETTE_COLOURS.map((name) => [name, colour])) as unknown as Palette;
const LOOK: PageLook = {
  palettes: { light: paletteOf('#b4004e'), dark: paletteOf('#ffa0c0') },
  words: { de: { room: 'Warteraum von Aurora', nonsense: 'x' } },
  logo: { hash: 'h'.repeat(43), width: 421, height: 160 },
};

const shell = (look: PageLook, lang = 'de') =>
  renderDocument({
    ...{
      drop: 'sneaker-1',
      name: 'Sneaker One',
      lang,
      drawn: true,
      shop: null,
      message: '',
      reference: '',
      stock: null,
    },
    look,
    view: describe({ state: 'joining', asOfMs: 0 }, textsOf(lang, look), lang),
    mode: { kind: 'shell' },
  });

test('every style of the page is allowed by its hash, the merchant’s too, and nothing without one', () => {
  for (const look of [LOOK, PLAIN_LOOK]) {
    const styles = [...shell(look).matchAll(/<style>(.*?)<\/style>/gs)].map(([, text = '']) => text);
    expect(styles).toHaveLength(look === LOOK ? 3 : 2);
    const policy = contentSecurityPolicy([], look);
    for (const style of styles)
      expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(policy.match(/img-src ([^;]*)/)?.[1]).toBe(look === LOOK ? "data: 'self'" : 'data:');
  }
});

test('a merchant’s palette sets every colour that the page’s style has, by day and by night', () => {
  const colours = new Set(STYLE.match(/--[\w-]+(?=: #)/g));
  const html = shell(LOOK);
  for (const colour of colours) {
    expect(html, colour).toContain(`${colour}:#b4004e`);
    expect(html, colour).toContain(`${colour}:#ffa0c0`);
  }
  expect(colours.size).toBe(PALETTE_COLOURS.length);
});

test('own words stand in their language alone; a logo is the room’s own, at half of its pixels', () => {
  expect(textsOf('de', LOOK).room).toBe('Warteraum von Aurora');
  expect(textsOf('en', LOOK)).toBe(textsOf('en'));
  expect(textsOf('de', LOOK)).not.toHaveProperty('nonsense');
  expect(shell(LOOK)).toContain(
    `<img id="logo" src="/w/-/logo/${'h'.repeat(43)}.webp" alt="" width="211" height="80">`,
  );
});

test('a look that could be anything else than colours, texts and a picture counts as none', () => {
  const evil = '#000000}</style><script>alert(1)</script>';
  const looks = [
    null,
    'x',
    [],
    { light: LOOK.palettes?.light },
    { light: { ...paletteOf('#000000'), alarm: evil }, dark: paletteOf('#000000') },
    { light: paletteOf('#000'), dark: paletteOf('#000000') },
  ];
  for (const palettes of looks) expect(readLook({ palettes }).palettes).toBeNull();
  for (const logo of [
    { hash: '"onload="x', width: 1, height: 1 },
    { ...LOOK.logo, width: '1" onload="x' },
    { ...LOOK.logo, height: 0 },
    { ...LOOK.logo, height: 1e9 },
    'x',
  ])
    expect(readLook({ logo }).logo).toBeNull();
  expect(readLook({ words: { en: { room: 5, 'soon.title': '<b>' }, de: null } }).words).toEqual({
    en: { 'soon.title': '<b>' },
    de: {},
  });
  expect(shell({ ...LOOK, words: { de: { room: '</p><script>x' } } })).not.toContain('<script>x');
});

test('5.6: with every word that a merchant may say otherwise and colours of their own the page stays within 14 KB', () => {
  // As much as the control plane takes, and nothing in it that compresses.
  const words = { room: randomBytes(2250).toString('base64') };
  for (const lang of LOCALES.keys()) {
    const html = shell({ ...LOOK, words: { [lang]: words } }, lang);
    expect(gzipSync(html, { level: 9 }).length, lang).toBeLessThanOrEqual(14 * 1024);
  }
});
