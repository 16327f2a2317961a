/** 5.5: whatever a merchant gives, nothing on the page is hard to read; what can't be helped is named. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contrastOf, contrastsOf, lowContrasts, palettesOf, type Theme } from '../../src/domain/theme.ts';

const SHOP: Theme = { accent: '#b4004e', background: '#fff8ef', text: '#2b1a12' };
const NIGHT: Theme = { accent: '#ffd166', background: '#14121f', text: '#f4f1ff' };

const colour = fc
  .integer({ min: 0, max: 0xffffff })
  .map((number) => `#${number.toString(16).padStart(6, '0')}`);
const anyTheme: fc.Arbitrary<Theme> = fc.record({ accent: colour, background: colour, text: colour });

test('contrast is that of WCAG: black on white 21, a colour on itself 1, and both ways the same', () => {
  expect(contrastOf('#000000', '#ffffff')).toBe(21);
  expect(contrastOf('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  fc.assert(
    fc.property(colour, colour, (one, other) => {
      expect(contrastOf(one, one)).toBe(1);
      expect(contrastOf(one, other)).toBe(contrastOf(other, one));
    }),
  );
});

test('of what is given every pair is judged, in both schemes; of what is derived nothing fails that the given allow', () => {
  fc.assert(
    fc.property(anyTheme, (theme) => {
      const low = lowContrasts(theme);
      // Derived colours go as far towards a given one as it takes: where those can be read, so can these.
      const given = contrastsOf(palettesOf(theme)).filter(({ pair }) =>
        /^(text|accent) on (background|card|note)$/.test(pair),
      );
      if (given.every(({ ratio, needed }) => ratio >= needed)) expect(low).toEqual([]);
      for (const { ratio, needed } of low) expect(ratio).toBeLessThan(needed);
    }),
    { numRuns: 2000 },
  );
});

test('a light theme gets a night of its own, whose every pair can be read', () => {
  fc.assert(
    fc.property(colour, (accent) => {
      const theme = { accent, background: '#ffffff', text: '#111111' };
      expect(lowContrasts(theme).filter(({ scheme }) => scheme === 'dark')).toEqual([]);
    }),
  );
  const { light, dark } = palettesOf(SHOP);
  expect(lowContrasts(SHOP)).toEqual([]);
  expect(light).toMatchObject({ ground: '#fff8ef', ink: '#2b1a12', accent: '#b4004e', onAccent: '#ffffff' });
  expect(contrastOf(dark.ground, '#000000')).toBeLessThan(1.5);
});

test('a theme that is dark already stays as it is by night, and a night that is given is taken', () => {
  const both = palettesOf(NIGHT);
  expect(both.dark).toEqual(both.light);
  expect(palettesOf({ ...SHOP, dark: NIGHT }).dark).toEqual(both.light);
  expect(palettesOf({ ...SHOP, dark: null })).toEqual(palettesOf(SHOP));
});

test('what can not be read is named as the merchant knows it, with ratio and need', () => {
  expect(lowContrasts({ accent: '#0b6b63', background: '#ffffff', text: '#999999' })[0]).toEqual({
    scheme: 'light',
    pair: 'text on background',
    ratio: 2.84,
    needed: 4.5,
  });
  expect(lowContrasts({ ...SHOP, accent: '#ffe066' }).map(({ pair }) => pair)).toContain(
    'accent on background',
  );
  expect(lowContrasts({ ...SHOP, dark: { ...NIGHT, text: '#443355' } })[0]?.scheme).toBe('dark');
});
