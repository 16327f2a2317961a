/**
 * The short reference of a place (`K7Q-4MD`) that a shopper reads out, as the room derives it from a public number
 * (waiting-room/src/domain/place-reference.ts; test/process/reports.test.ts compares the two).
 */
const ALPHABET = '23456789BCDFGHJKMNPQRSTVWXYZ';

export function placeReference(publicNumber: string): string {
  const letters = [...Buffer.from(publicNumber, 'base64url').subarray(0, 6)].map((byte) =>
    ALPHABET.charAt(byte % ALPHABET.length),
  );
  return `${letters.slice(0, 3).join('')}-${letters.slice(3).join('')}`;
}

/** What somebody has typed, as references are written; undefined: it is none. */
export function readReference(text: string): string | undefined {
  const letters = text.toUpperCase().replaceAll(/[\s-]/g, '');
  const isOne = letters.length === 6 && [...letters].every((letter) => ALPHABET.includes(letter));
  return isOne ? `${letters.slice(0, 3)}-${letters.slice(3)}` : undefined;
}
