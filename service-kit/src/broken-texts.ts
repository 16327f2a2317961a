/** Text that no database and no page can hold: NUL, and halves of characters. JSON has both. */

export interface BrokenText {
  /** JSON pointer to the member. */
  readonly path: string;
  readonly reason: string;
}

/** Every broken text in a value read from JSON, names of members included. */
export function brokenTexts(value: unknown, path = ''): BrokenText[] {
  if (typeof value === 'string')
    return value.includes('\0') || !value.isWellFormed()
      ? [{ path, reason: 'must not contain NUL or half a character' }]
      : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    ...(brokenTexts(name).length > 0 ? [{ path, reason: 'has a name with NUL or half a character' }] : []),
    ...brokenTexts(member, `${path}/${name}`),
  ]);
}
