import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameText } from '../../src/same-text.ts';

test('says what === says, for any two texts and for a text and its beginning', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (left, right) => {
      expect(sameText(left, right)).toBe(left === right);
      expect(sameText(left, left + right)).toBe(right === '');
      expect(sameText(left + right, left)).toBe(right === '');
      expect(sameText(left, [...left].join(''))).toBe(true);
    }),
  );
});
