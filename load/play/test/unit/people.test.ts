import { expect, test } from 'vitest';
import { addressOf, dealCast } from '../../people/character.ts';
import { createManners } from '../../people/manners.ts';
import { createRandom } from '../../random.ts';

const countOf = (items: readonly string[], wanted: string) => items.filter((item) => item === wanted).length;

test('the same seed gives the same shoppers and choices, another seed others', () => {
  const cast = (seed: number) =>
    dealCast({ shoppers: 50, seed, lobbyMs: 1000 }).map(({ name, arrivesAfterMs, random }) => [
      name,
      arrivesAfterMs,
      random.next(),
    ]);
  expect(cast(1)).toEqual(cast(1));
  expect(cast(1)).not.toEqual(cast(2));
});

test('each 20 shoppers are of all kinds in their exact shares, and each tenth comes late', () => {
  const cast = dealCast({ shoppers: 40, seed: 3, lobbyMs: 1000 });
  const kinds = cast.map(({ kind }) => kind);
  expect(countOf(kinds, 'no-show')).toBe(4);
  expect(countOf(kinds, 'leaver')).toBe(2);
  expect(cast.filter(({ arrivesAfterMs }) => arrivesAfterMs >= 1000)).toHaveLength(4);
});

test('each 20 who get in do all there is to do', () => {
  const next = createManners(5);
  const dealt = Array.from({ length: 20 }, () => next());
  expect(countOf(dealt, 'buy')).toBe(10);
  expect(new Set(dealt).size).toBe(9);
});

test('every shopper has an address of their own, in both families', () => {
  const addresses = Array.from({ length: 20_000 }, (_, at) => addressOf(at));
  expect(new Set(addresses).size).toBe(20_000);
  expect(addresses[3]).toMatch(/^2001:db8:/);
  // One IPv6 household is counted as one by the services, so no two may share a /64.
  expect(new Set(addresses.filter((one) => one.includes(':')).map((one) => one.split('::')[0])).size).toBe(
    5000,
  );
});

test('chance stays in its bounds and uses them', () => {
  const random = createRandom('bounds');
  const numbers = Array.from({ length: 1000 }, () => random.integer(2, 4));
  expect(new Set(numbers)).toEqual(new Set([2, 3, 4]));
  expect(random.text(32)).toMatch(/^[\w-]{43}$/);
  expect(random.shuffled([1, 2, 3]).sort()).toEqual([1, 2, 3]);
});
