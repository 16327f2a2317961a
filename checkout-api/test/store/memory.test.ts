import { expect, test } from 'vitest';
import { createBoundedCache } from '../../src/store/bounded-cache.ts';
import { createSoldOutMemory } from '../../src/store/sold-out-memory.ts';
import { uuidv7 } from '../../src/store/uuid.ts';

test('"sold out" is believed for a second at most, for its drop and SKU only, and not once stock came back', () => {
  let now = 0;
  const memory = createSoldOutMemory(() => now);
  memory.remember('d', 'shoe');
  now = 999;
  expect([memory.has('d', 'shoe'), memory.has('d', 'hat'), memory.has('e', 'shoe')]).toEqual([
    true,
    false,
    false,
  ]);
  now = 1000;
  expect(memory.has('d', 'shoe')).toBe(false);
  memory.remember('d', 'shoe');
  memory.forget('d');
  expect(memory.has('d', 'shoe')).toBe(false);
});

test('the cache holds so many entries for so long, and lets the oldest go first', () => {
  let now = 0;
  const cache = createBoundedCache<number>({ sizeMax: 2, lifetimeMs: 10, now: () => now });
  cache.set('a', 1);
  cache.set('b', 2);
  cache.set('a', 3);
  cache.set('c', 4);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([3, undefined, 4]);
  now = 10;
  expect([cache.get('a'), cache.get('c')]).toEqual([undefined, undefined]);
});

test('ids are version 7, rise with time and never repeat', () => {
  const ids = Array.from({ length: 2000 }, (_, at) => uuidv7(1_700_000_000_000 + at));
  expect(new Set(ids).size).toBe(2000);
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
