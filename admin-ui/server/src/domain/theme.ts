/**
 * A merchant's colours on the waiting page: what they give is three, what the page needs is derived here, and whatever can't be
 * read is refused. Contrast is WCAG 2.2's (relative luminance, 1.4.3 and 1.4.11).
 */

/** `#rrggbb`, small letters. */
export interface Colours {
  /** Buttons, the progress bar, what is lit when it is a shopper's turn. */
  readonly accent: string;
  readonly background: string;
  readonly text: string;
}

export interface Theme extends Colours {
  /** For shoppers who like it dark; null: derived, or the same where `background` is dark already. */
  readonly dark?: Colours | null;
}

/** Every colour of the page (waiting-room/page/style.css) in one colour scheme. */
export interface Palette {
  readonly ground: string;
  readonly card: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly note: string;
  readonly accent: string;
  readonly accent2: string;
  readonly onAccent: string;
  /** The accent where it is read. */
  readonly accentInk: string;
  readonly alarm: string;
}

export interface Palettes {
  readonly light: Palette;
  readonly dark: Palette;
}

/** Two colours that meet, and how well one is seen on the other. */
export interface Contrast {
  readonly scheme: 'light' | 'dark';
  /** `text on background`; the given ones by the names they are given under. */
  readonly pair: string;
  /** 1 to 21, rounded down to a hundredth. */
  readonly ratio: number;
  readonly needed: number;
}

/** 1.4.3: text. */
const READABLE = 4.5;
/** 1.4.11: what is no text and must be seen: the rim of a lit card, a ticked box, the focus. */
const SEEN = 3;

const PAIRS: readonly (readonly [colour: keyof Palette, on: keyof Palette, needed: number])[] = [
  ['ink', 'ground', READABLE],
  ['ink', 'card', READABLE],
  ['ink', 'note', READABLE],
  ['soft', 'ground', READABLE],
  ['soft', 'card', READABLE],
  ['accent', 'ground', SEEN],
  ['accent', 'card', SEEN],
  ['accent2', 'ground', SEEN],
  ['accent2', 'card', SEEN],
  ['onAccent', 'accent', READABLE],
  ['accentInk', 'card', READABLE],
  ['alarm', 'card', READABLE],
];

/** How merchants know them. */
const GIVEN: Partial<Record<keyof Palette, string>> = { ink: 'text', ground: 'background' };

/** Where a dark page begins: nearly black, with a breath of the accent. */
const NIGHT = '#101413';
const MOON = '#edf2f0';
const ALARMS = ['#b3261e', '#ffb4ab', '#7a0f09', '#ffdad6'];

/** Both colour schemes of a theme. */
export function palettesOf({ dark, ...given }: Theme): Palettes {
  const light = paletteOf(given);
  if (dark) return { light, dark: paletteOf(dark) };
  return { light, dark: isDark(given) ? light : paletteOf(nightOf(given)) };
}

/** Every pair of colours that meet on the page, in both schemes. */
export function contrastsOf({ light, dark }: Palettes): Contrast[] {
  return (['light', 'dark'] as const).flatMap((scheme) => {
    const palette = scheme === 'light' ? light : dark;
    return PAIRS.map(([colour, on, needed]) => ({
      scheme,
      pair: `${GIVEN[colour] ?? colour} on ${GIVEN[on] ?? on}`,
      ratio: Math.floor(contrastOf(palette[colour], palette[on]) * 100) / 100,
      needed,
    }));
  });
}

/** The pairs that can't be read, or not be seen. */
export function lowContrasts(theme: Theme): Contrast[] {
  return contrastsOf(palettesOf(theme)).filter(({ ratio, needed }) => ratio < needed);
}

/** `text on background is 3.2 (light), 4.5 is needed`. */
export function contrastText({ pair, ratio, scheme, needed }: Contrast): string {
  return `${pair} is ${ratio} (${scheme}), ${needed} is needed`;
}

/** 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [low = 0, high = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function paletteOf({ accent, background: ground, text: ink }: Colours): Palette {
  const dark = isDark({ background: ground, text: ink });
  const card = mix(ground, '#ffffff', dark ? 0.05 : 0.75);
  const note = mix(card, accent, 0.06);
  const under = [ground, card];
  return {
    ground,
    card,
    ink,
    soft: towards(mix(ink, card, 0.35), ink, under, READABLE),
    line: mix(card, ink, 0.13),
    note,
    accent,
    accent2: towards(mix(accent, card, 0.25), accent, under, SEEN),
    onAccent: contrastOf(accent, '#ffffff') >= READABLE ? '#ffffff' : '#000000',
    accentInk: towards(accent, ink, [card], READABLE),
    alarm: ALARMS.find((colour) => contrastOf(colour, card) >= READABLE) ?? ink,
  };
}

/** The same merchant by night. */
function nightOf({ accent }: Colours): Colours {
  const background = mix(NIGHT, accent, 0.05);
  const under = [background, mix(background, '#ffffff', 0.05)];
  return { background, text: MOON, accent: towards(accent, '#ffffff', under, READABLE) };
}

const isDark = ({ background, text }: Pick<Colours, 'background' | 'text'>): boolean =>
  luminanceOf(background) < luminanceOf(text);

/** As little of the way from one colour to another as makes it readable on all of these; all of it where none does. */
function towards(from: string, to: string, under: readonly string[], needed: number): string {
  const STEPS = 20;
  for (let step = 0; step < STEPS; step++) {
    const colour = mix(from, to, step / STEPS);
    if (under.every((one) => contrastOf(colour, one) >= needed)) return colour;
  }
  return to;
}

/** @param share of the second, 0 to 1 */
function mix(one: string, other: string, share: number): string {
  const [from, to] = [channelsOf(one), channelsOf(other)];
  return `#${from
    .map((channel, i) => Math.round(channel + ((to[i] ?? 0) - channel) * share))
    .map((channel) => channel.toString(16).padStart(2, '0'))
    .join('')}`;
}

function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const channelsOf = (colour: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
