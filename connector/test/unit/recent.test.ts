import { expect, test } from 'vitest';
import { createRecent } from '../../src/recent.ts';

test('never holds more than its size, and lets go of what was unused for longest', () => {
  const recent = createRecent<number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  expect(recent.get('a')).toBe(1);
  recent.set('c', 3);
  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([1, undefined, 3]);
});

test('a value that is set again counts as used, and does not push another out', () => {
  const recent = createRecent<number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  recent.set('a', 3);
  recent.set('c', 4);
  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([3, undefined, 4]);
});

test('a size of none holds nothing', () => {
  const recent = createRecent<number>(0);
  recent.set('a', 1);
  expect(recent.get('a')).toBeUndefined();
});
