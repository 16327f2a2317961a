/** How a merchant's page looks and speaks: colours, own words, logo. */
import { Type } from 'typebox';
import { OWN_WORDS, PAGE_LANGUAGES, WORDS_BYTES_MAX, type Words } from '../domain/page-words.ts';
import { Nullable, Reason } from './common.ts';

const Colour = Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: '#rrggbb' });

const COLOURS = { accent: Colour, background: Colour, text: Colour };

export const Theme = Type.Object(
  {
    ...COLOURS,
    dark: Type.Optional(
      Nullable(
        Type.Object(COLOURS, {
          additionalProperties: false,
          description: 'For shoppers who like it dark; derived without it',
        }),
      ),
    ),
  },
  { additionalProperties: false, description: 'Refused with 422 where a pair of colours can not be read' },
);

const OwnText = Type.String({ minLength: 1, maxLength: 500 });

const oneOf = (names: readonly string[]) =>
  Type.String({ pattern: `^(${names.map((name) => name.replaceAll('.', '\\.')).join('|')})$` });

export const OwnWords = Type.Unsafe<Words>(
  Type.Record(
    oneOf(PAGE_LANGUAGES),
    Type.Record(oneOf(OWN_WORDS), OwnText, { additionalProperties: false }),
    {
      additionalProperties: false,
      description: `By language: what the page says otherwise; ${WORDS_BYTES_MAX} bytes of a language together`,
    },
  ),
);

export const Logo = Type.Object({
  hash: Type.String({ description: 'SHA-256 of its bytes, base64url' }),
  width: Type.Integer({ description: 'In pixels; shown at half of it' }),
  height: Type.Integer(),
});

const Palette = Type.Record(Type.String(), Colour, {
  description: 'Every colour of the page: ground, card, ink, soft, line, note, accent, accent2, onAccent, …',
});

export const ThemePreview = Type.Object({
  light: Palette,
  dark: Palette,
  isReadable: Type.Boolean({ description: 'A drop takes it' }),
  contrasts: Type.Array(
    Type.Object({
      scheme: Type.Enum(['light', 'dark']),
      pair: Type.String({ description: '"text on background"' }),
      ratio: Type.Number({ description: 'WCAG: 1 to 21' }),
      needed: Type.Number(),
    }),
  ),
});

export const LogoQuery = Type.Object({ reason: Type.Optional(Reason) });

export const LogoAnswer = Type.Object({
  status: Type.Enum(['none', 'pending', 'ready', 'refused'], {
    description: 'Of what was sent last; until it is ready the page keeps the logo it has',
  }),
  logo: Nullable(Logo),
  detail: Type.Optional(Type.String({ description: 'Why it was refused' })),
});
