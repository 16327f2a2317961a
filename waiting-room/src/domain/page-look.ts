/** How a merchant's page looks and speaks, as the control plane has derived and checked it; what is not of its form counts as not there. */

/** Colours of the page by the names that its style has for them (page/style.css), without the dashes. */
export const PALETTE_COLOURS = [
  'ground',
  'card',
  'ink',
  'soft',
  'line',
  'note',
  'accent',
  'accent2',
  'onAccent',
  'accentInk',
  'alarm',
] as const;

/** `#rrggbb` each. */
export type Palette = Readonly<Record<(typeof PALETTE_COLOURS)[number], string>>;

export interface Logo {
  /** SHA-256 of its bytes, base64url: part of its address. */
  readonly hash: string;
  /** In pixels; shown at half of it. */
  readonly width: number;
  readonly height: number;
}

export interface PageLook {
  readonly palettes: { readonly light: Palette; readonly dark: Palette } | null;
  /** Text by key, by language: instead of the page's own. */
  readonly words: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly logo: Logo | null;
}

/** Its members in the page's document (`wr:page:<d>`). */
export interface LookInDocument {
  readonly palettes?: unknown;
  readonly words?: unknown;
  readonly logo?: unknown;
}

export const PLAIN_LOOK: PageLook = { palettes: null, words: {}, logo: null };

/** A colour goes into a style sheet and a size into markup: only what can't be anything else passes. */
export function readLook(page: LookInDocument): PageLook {
  const { light, dark } = recordOf(page.palettes);
  return {
    palettes: isPalette(light) && isPalette(dark) ? { light, dark } : null,
    words: Object.fromEntries(
      Object.entries(recordOf(page.words)).map(([lang, words]) => [lang, textsOf(words)]),
    ),
    logo: isLogo(page.logo) ? page.logo : null,
  };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textsOf(words: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(recordOf(words)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

function isPalette(value: unknown): value is Palette {
  const colours = recordOf(value);
  return PALETTE_COLOURS.every((name) => /^#[0-9a-f]{6}$/i.test(String(colours[name])));
}

const isSize = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) <= 2000;

function isLogo(value: unknown): value is Logo {
  const { hash, width, height } = recordOf(value);
  return /^[A-Za-z0-9_-]{43}$/.test(String(hash)) && isSize(width) && isSize(height);
}
