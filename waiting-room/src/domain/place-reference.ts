/** The short reference of a place (`K7Q-4MD`) that a shopper reads out to support. Not secret, not unique, proves nothing. */

/** No 0/O, 1/I/L, and no vowels, so that nothing is misread and no word appears. */
const ALPHABET = '23456789BCDFGHJKMNPQRSTVWXYZ';

/** Derived from the public number alone, so that support can find it in a roster. */
export function placeReference(publicNumber: string): string {
  const bytes = Buffer.from(publicNumber, 'base64url');
  let reference = '';
  for (let i = 0; i < 6; i++) {
    if (i === 3) reference += '-';
    reference += ALPHABET.charAt((bytes[i] as number) % ALPHABET.length);
  }
  return reference;
}
