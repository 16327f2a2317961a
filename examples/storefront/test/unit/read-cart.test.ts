import { describe, expect, test } from 'vitest';
import { groupModels } from '../../src/models.ts';
import { cartAddress, readCart, wantedIn } from '../../src/read-cart.ts';

describe('promise 8: the form of the cart', () => {
  test('is its key and every size of which something is wanted', () => {
    expect(
      readCart({ key: 'k', 'quantity:a': '2', 'quantity:b': '0', 'quantity:c:d': '1', other: 'x' }),
    ).toEqual({
      key: 'k',
      lines: [
        { sku: 'a', quantity: 2 },
        { sku: 'c:d', quantity: 1 },
      ],
    });
  });

  test.each([
    ['nothing at all', undefined],
    ['text', 'quantity:a=1'],
    ['no key', { 'quantity:a': '1' }],
    ['two keys', { key: ['k', 'l'], 'quantity:a': '1' }],
    ['a key too long', { key: 'k'.repeat(129), 'quantity:a': '1' }],
    ['an empty cart', { key: 'k', 'quantity:a': '0' }],
    ['no size', { key: 'k', 'quantity:': '1' }],
    ['a size that came twice', { key: 'k', 'quantity:a': ['1', '2'] }],
    ['less than nothing', { key: 'k', 'quantity:a': '-1' }],
    ['more than anybody may have', { key: 'k', 'quantity:a': '11' }],
    ['one wrong line among good ones', { key: 'k', 'quantity:a': '1', 'quantity:b': '1.5' }],
    [
      'too many lines',
      { key: 'k', ...Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`quantity:${at}`, '1'])) },
    ],
  ])('is no cart with %s', (_what, body) => {
    expect(readCart(body)).toBeNull();
  });

  test('a cart that is sent back by its address is the same cart', () => {
    const cart = { key: 'k', lines: [{ sku: 'low 42&x', quantity: 2 }] };
    const address = new URL(cartAddress(cart, 'sold-out'), 'http://shop.example');
    expect(wantedIn(Object.fromEntries(address.searchParams))).toEqual(new Map([['low 42&x', 2]]));
    expect(address.searchParams.get('problem')).toBe('sold-out');
  });

  test('a product page wants one; an address that makes no sense wants nothing', () => {
    expect(wantedIn({ sku: 'a' })).toEqual(new Map([['a', 1]]));
    expect(wantedIn({ sku: ['a', 'b'] })).toEqual(new Map());
    expect(wantedIn({ 'quantity:a': 'many' })).toEqual(new Map());
  });
});

test('every model has an address of its own, whatever it is called', () => {
  const product = (name: string) => ({ sku: name, name, priceMinor: 1, available: 1 });
  const models = groupModels(['Élan Haut, 42', 'Élan Haut, 43', 'elan haut!', '雪'].map(product));
  expect(models.map(({ slug }) => slug)).toEqual(['elan-haut', 'elan-haut-2', 'model-3']);
});
