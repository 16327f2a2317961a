import { expect, test } from 'vitest';
import { fingerprint } from '../../src/domain/fingerprint.ts';

test('3.3: texts that differ little have other fingerprints, the same text the same', () => {
  const seen = new Set<number>();
  for (let shopper = 0; shopper < 1000; shopper++)
    for (let key = 0; key < 100; key++) seen.add(fingerprint(`${'0'.repeat(60)}${shopper}`, `key-${key}`));
  expect(seen.size).toBe(100_000);
  expect(fingerprint('a', 'key')).toBe(fingerprint('a', 'key'));
  expect(fingerprint('a', 'key')).not.toBe(fingerprint('ak', 'ey'));
});

test('they are whole numbers of 53 bits, and each bit is set in about half of them', () => {
  const texts = Array.from({ length: 4000 }, (_, n) => `shopper-${n}`);
  const numbers = texts.map((text) => BigInt(fingerprint(text, 'key')));
  for (let bit = 0n; bit < 53n; bit++) {
    const set = numbers.filter((number) => (number >> bit) & 1n).length;
    expect(set / texts.length).toBeGreaterThan(0.45);
    expect(set / texts.length).toBeLessThan(0.55);
  }
  expect(Math.max(...numbers.map(Number))).toBeLessThan(2 ** 53);
});
