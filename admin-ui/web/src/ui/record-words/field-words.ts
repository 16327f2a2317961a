/**
 * What a field is called on the screen, from its path as the API names it: `body.products.1.priceMinor` is "Product 2: price". The
 * last known name says what it is, those before it of what; groups that nobody fills in as one are not spoken of.
 */

/** Where in a request it stands. */
const PARTS = new Set(['body', 'headers', 'querystring', 'params']);
/** Spoken of only when they are meant themselves. */
const GROUPS = new Set(['admission', 'page', 'access', 'ramp', 'theme', 'members']);
/** Parts of a public key as RFC 7517 has them, and of a passkey's proof as browsers make it: told by their own name, after whose they are. */
const TECHNICAL: Readonly<Record<string, ReadonlySet<string>>> = {
  keys: new Set(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y', 'd']),
};

export interface FieldSpeech {
  /** A message, undefined where there is none. */
  said(id: string, values?: Readonly<Record<string, string | number>>): string | undefined;
  /** `de` → `German` */
  language(code: string): string;
}

/** @returns undefined: nothing on a screen is called so, and its path has to do */
export function fieldWords(path: string, { said, language }: FieldSpeech): string | undefined {
  const [first = '', ...rest] = path.split('.');
  const names = PARTS.has(first) && rest.length > 0 ? rest : [first, ...rest];
  const spoken: string[] = [];
  for (const [at, name] of names.entries()) {
    const isLast = at === names.length - 1;
    const before = names[at - 1] ?? '';
    if (GROUPS.has(name) && !isLast) continue;
    // Whatever a browser made of a passkey is its proof.
    if (before === 'passkey') break;
    if (/^\d+$/.test(name)) {
      const number = before === 'line' ? Number(name) : Number(name) + 1;
      const item = said(`item.${before}`, { number });
      if (item === undefined) return undefined;
      spoken.splice(-1, 1, item);
      continue;
    }
    if (before === 'message' || before === 'words') {
      spoken.push(`${spoken.pop()} (${language(name)})`);
      continue;
    }
    if (names[at - 2] === 'words') {
      spoken.push(name);
      continue;
    }
    const label =
      said(`field.${before}.${name}`) ??
      said(`field.${name}`) ??
      said(`policy.${name}`) ??
      (TECHNICAL[names[at - 2] ?? '']?.has(name) ? name : undefined);
    if (label === undefined) return undefined;
    spoken.push(label);
  }
  return spoken.join(': ');
}
