// Products as they are typed, and what is sent of them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collides, differencesOf } from '../../src/domain/differences.ts';
import { majorOf, minorOf, productOf, skuOf } from '../../src/domain/product-lines.ts';

test.each([
  ['129', 'EUR', 12_900],
  ['129,9', 'EUR', 12_990],
  ['129.99', 'EUR', 12_999],
  ['0', 'EUR', 0],
  ['1200', 'JPY', 1200],
  ['1.234', 'KWD', 1234],
])('%s %s is %i in its minor unit', (typed, currency, minor) => {
  expect(minorOf(typed, currency)).toBe(minor);
});

test.each([
  ['129.999', 'EUR'],
  ['12.5', 'JPY'],
  ['-1', 'EUR'],
  ['free', 'EUR'],
  ['', 'EUR'],
])('%j %s is no price, and goes to the server as it is', (typed, currency) => {
  expect(minorOf(typed, currency)).toBe(typed);
});

test('a price is the same after it has been shown and read again', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2_000_000_000 }),
      fc.constantFrom('EUR', 'JPY', 'KWD'),
      (minor, currency) => minorOf(majorOf(minor, currency), currency) === minor,
    ),
  );
});

test('a SKU is made of the name where none is typed', () => {
  expect(skuOf('  Café 41 / Aurora Low! ')).toBe('cafe-41-aurora-low');
  expect(skuOf('x'.repeat(99))).toHaveLength(64);
  const line = { key: 1, name: 'Aurora', sku: '', price: '1', stock: '5' };
  expect(productOf(line, 'EUR')).toEqual({ sku: 'aurora', name: 'Aurora', priceMinor: 100, stock: 5 });
  expect(productOf({ ...line, sku: 'a-1', stock: 'five' }, 'EUR')).toMatchObject({
    sku: 'a-1',
    stock: 'five',
  });
});

test('what two people changed is told field by field; what changes by itself is not', () => {
  const was = { name: 'a', page: { message: { en: 'x' } }, policyVersion: 1, live: { waiting: 1 } };
  const now = { name: 'b', page: { message: { en: 'x', de: 'y' } }, policyVersion: 2, live: null };
  expect(differencesOf(was, now)).toEqual([
    { field: 'name', was: 'a', now: 'b' },
    { field: 'page.message.de', was: undefined, now: 'y' },
  ]);
});

test('two people collide when both mean the same field, and when one moves the clocks the other meant a time by', () => {
  const others = [{ field: 'page.message.de', was: 'a', now: 'b' }];
  expect(collides('page', { message: { en: 'x' } }, others)).toBe(true);
  expect(collides('page', { theme: null }, others)).toBe(false);
  expect(collides('', { name: 'x' }, others)).toBe(false);
  const moved = [{ field: 'opensAt', was: 'a', now: 'b' }];
  expect(collides('', { opensAtLocal: '2027-01-01T10:00' }, moved)).toBe(true);
  expect(collides('', { timeZone: 'UTC' }, moved)).toBe(true);
  expect(collides('admission', { opensAt: 1 }, moved)).toBe(false);
});
