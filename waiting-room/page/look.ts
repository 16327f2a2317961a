/** A merchant's look as the parts of the document that it changes: a style of colours, the logo, the icon, own words. */
import { createHash } from 'node:crypto';
import { PALETTE_COLOURS, type PageLook, type Palette } from '../src/domain/page-look.ts';
import { LOCALES } from './assets.ts';
import type { Texts } from './format.ts';

const NAME_IN_STYLE: Partial<Record<keyof Palette, string>> = {
  accent2: 'accent-2',
  onAccent: 'on-accent',
  accentInk: 'accent-ink',
};

const rootOf = (palette: Palette) =>
  `:root{${PALETTE_COLOURS.map((name) => `--${NAME_IN_STYLE[name] ?? name}:${palette[name]}`).join(';')}}`;

/** '' for Sluice's own colours. */
export function lookStyle({ palettes }: PageLook): string {
  if (!palettes) return '';
  const { light, dark } = palettes;
  // One look for both: form controls go with it.
  if (light.ground === dark.ground) return `${rootOf(light)}:root{color-scheme:only ${schemeOf(light)}}`;
  return `${rootOf(light)}@media (prefers-color-scheme:dark){${rootOf(dark)}}`;
}

export const styleHash = (style: string) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/** Where the room serves it, under an address that changes with its content. */
export function logoAddress({ hash }: { readonly hash: string }): string {
  return `/w/-/logo/${hash}.webp`;
}

/** At half of its pixels, so that it is sharp on a phone. */
export function logoImage({ logo }: PageLook): string {
  if (!logo) return '';
  const [width, height] = [logo.width, logo.height].map((pixels) => Math.ceil(pixels / 2));
  return `<img id="logo" src="${logoAddress(logo)}" alt="" width="${width}" height="${height}">`;
}

/** Words of a language, the merchant's own before Sluice's. */
export function textsOf(lang: string, look?: Pick<PageLook, 'words'>): Texts {
  const texts = LOCALES.get(lang) ?? (LOCALES.get('en') as Texts);
  const own = Object.entries(look?.words[lang] ?? {}).filter(([key]) => key in texts);
  return own.length > 0 ? { ...texts, ...Object.fromEntries(own) } : texts;
}

/** Rather dark than light: the sum of its parts is enough to tell. */
function schemeOf({ ground }: Palette): 'light' | 'dark' {
  const parts = [1, 3, 5].map((at) => Number.parseInt(ground.slice(at, at + 2), 16));
  return parts.reduce((sum, part) => sum + part, 0) < 3 * 128 ? 'dark' : 'light';
}
