/** Sentences with places for values: written where something is found, and read back as their id and the values for other languages. */

/** A template as the texts it makes: `must be later than {than}` → `must be later than ${string}`. */
export type TextOf<Template extends string> = Template extends `${infer Before}{${string}}${infer After}`
  ? `${Before}${string}${TextOf<After>}`
  : Template;

export interface Told {
  readonly code: string;
  readonly values: Readonly<Record<string, string>>;
}

export type ReadText = (text: string) => Told | undefined;

const PLACE = /\{(\w+)\}/g;

/** @param templates by code. What fits several is the one that says most itself. */
export function createTextReader(templates: Readonly<Record<string, string>>): ReadText {
  const patterns = Object.entries(templates)
    .map(([code, template]) => ({ code, names: placesIn(template), pattern: patternOf(template) }))
    .sort((one, other) => saidBy(templates[other.code]) - saidBy(templates[one.code]));
  return (text) => {
    for (const { code, names, pattern } of patterns) {
      const found = pattern.exec(text);
      if (found)
        return { code, values: Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? ''])) };
    }
    return undefined;
  };
}

export const placesIn = (template: string): string[] =>
  [...template.matchAll(PLACE)].map(([, name = '']) => name);

const saidBy = (template = ''): number => template.replaceAll(PLACE, '').length;

function patternOf(template: string): RegExp {
  const literal = template.split(PLACE).filter((_, at) => at % 2 === 0);
  return new RegExp(
    `^${literal.map((part) => part.replaceAll(/[.*+?^${'$'}{}()|[\]\\]/g, '\\$&')).join('([^]*?)')}$`,
  );
}
