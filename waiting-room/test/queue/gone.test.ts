import { createTestRedis } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Gone } from '../../src/queue/gone.ts';
import { dropKeys } from '../../src/queue/keys.ts';

let redis: Redis;
beforeAll(async () => {
  redis = new Redis(await createTestRedis());
});
afterAll(() => redis.disconnect());

async function leave(
  drop: string,
  numbers: readonly string[],
  atUs: (index: number) => number,
): Promise<void> {
  await redis.zadd(dropKeys(drop).gone, ...numbers.flatMap((number, index) => [atUs(index), number]));
}

test('Q15: whoever leaves is known after the next look, also of several in one microsecond and of more than a page', async () => {
  const gone = new Gone(redis);
  await gone.refresh('a');
  expect(gone.has('a', 'n0')).toBe(false);
  const numbers = Array.from({ length: 2600 }, (_, index) => `n${index}`);
  await leave('a', numbers.slice(0, 2500), (index) => 1.76e15 + Math.floor(index / 300));
  await gone.refresh('a');
  expect(numbers.filter((number) => gone.has('a', number))).toHaveLength(2500);
  // At the same microsecond as the newest that was read.
  await leave('a', numbers.slice(2500), () => 1.76e15 + 8);
  await gone.refresh('a');
  expect(numbers.every((number) => gone.has('a', number))).toBe(true);
  expect(gone.has('b', 'n0')).toBe(false);
  gone.forget('a');
  expect(gone.has('a', 'n0')).toBe(false);
});
