import { expect, test } from 'vitest';
import { createBoundedCache } from '../../src/store/bounded-cache.ts';
import { createReturnFence } from '../../src/store/return-fence.ts';
import { createSoldOutMemory } from '../../src/store/sold-out-memory.ts';
import { uuidv7 } from '../../src/store/uuid.ts';

const lines = (sku: string, quantity = 1) => [{ sku, quantity }];

test('"sold out" is believed for 0.2 s at most from when it was asked, for its drop and SKU only, and not once stock came back', () => {
  let now = 50;
  const memory = createSoldOutMemory(() => now);
  memory.remember('d', 'shoe', 0, 0, 0);
  expect(memory.isGone('d', lines('shoe'))).toBe(true);
  expect(memory.isGone('d', [...lines('hat'), ...lines('shoe')])).toBe(true);
  expect(memory.isGone('d', lines('hat'))).toBe(false);
  expect(memory.isGone('e', lines('shoe'))).toBe(false);
  now = 200;
  expect(memory.isGone('d', lines('shoe'))).toBe(false);
  memory.remember('d', 'shoe', 0, 0, now);
  memory.forget('d');
  expect(memory.isGone('d', lines('shoe'))).toBe(false);
});

test('when the memory ages one request looks again, and the others are still answered from it', () => {
  let now = 0;
  const memory = createSoldOutMemory(() => now);
  memory.remember('d', 'shoe', 0, 0, now);
  now = 99;
  expect(memory.isGone('d', lines('shoe'))).toBe(true);
  now = 100;
  const asked = Array.from({ length: 100 }, () => memory.isGone('d', lines('shoe')));
  expect(asked.filter((gone) => !gone)).toHaveLength(1);
  now = 199;
  expect(memory.isGone('d', lines('shoe'))).toBe(true);
});

test('who wants no more than was left is not refused, and of ten or more left nothing is remembered', () => {
  const memory = createSoldOutMemory(() => 0);
  memory.remember('d', 'shoe', 9, 0, 0);
  memory.remember('d', 'hat', 10, 0, 0);
  expect([9, 10].map((quantity) => memory.isGone('d', lines('shoe', quantity)))).toEqual([false, true]);
  expect(memory.isGone('d', lines('hat', 11))).toBe(false);
});

test('promise 6: an answer is kept back until no instance remembers what was before the goods came back, and no longer', () => {
  let now = 0;
  const fence = createReturnFence(200, () => now);
  fence.note('d', new Map([['shoe', 0]]));
  expect(fence.pauseMs('d', lines('shoe'))).toBe(0);
  fence.note('d', new Map([['shoe', 1]]));
  expect(fence.pauseMs('d', lines('shoe'))).toBe(200);
  expect([fence.pauseMs('d', lines('hat')), fence.pauseMs('e', lines('shoe'))]).toEqual([0, 0]);
  now = 150;
  fence.note(
    'd',
    new Map([
      ['shoe', 1],
      ['hat', 3],
    ]),
  );
  expect(fence.pauseMs('d', lines('shoe'))).toBe(50);
  expect(fence.pauseMs('d', [...lines('hat'), ...lines('shoe')])).toBe(200);
  now = 1000;
  expect(fence.pauseMs('d', lines('shoe'))).toBe(0);
});

test('what a statement said is not believed when stock came back after it was sent', () => {
  const memory = createSoldOutMemory(() => 0);
  const returns = memory.returns('d');
  memory.forget('d');
  memory.remember('d', 'shoe', 0, returns, 0);
  expect(memory.isGone('d', lines('shoe'))).toBe(false);
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
