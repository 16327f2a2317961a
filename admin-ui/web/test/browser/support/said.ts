/** What the screens say, by the id of the message: tests name a button once, and find it in each language. */
const files = import.meta.glob('../../../src/**/*messages.*.json', { eager: true, import: 'default' });

const WORDS = Object.groupBy(Object.entries(files as Record<string, Record<string, string>>), ([path]) =>
  path.endsWith('.de.json') ? 'de' : 'en',
);

/**
 * The accessible name that a message makes: exactly, but for the places of values, where anything may stand.
 * @param id such as `keys.revoke-one`
 */
export function said(id: string, locale: 'en' | 'de' = 'en'): RegExp {
  const text = WORDS[locale]?.find(([, words]) => id in words)?.[1][id];
  if (text === undefined) throw new Error(`no message ${id} in ${locale}`);
  const literal = text.split(/\{[^}]*\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`);
}
