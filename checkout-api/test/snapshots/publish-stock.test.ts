import { createTestRedis } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPicturePublisher } from '../../src/snapshots/publish-stock.ts';
import { anyDrop } from '../support/checkout-database.ts';

let redis: Redis;
const errors: unknown[] = [];
beforeAll(async () => {
  redis = new Redis(await createTestRedis());
});
afterAll(() => redis.disconnect());

function picture(version: number, available: number) {
  const at = new Date('2026-11-24T12:00:00Z');
  return {
    version,
    at,
    currency: 'EUR',
    products: [{ sku: 'shoe', name: 'Shoe', priceMinor: 5, available }],
  };
}

test('the public picture never goes back to an older version, and dies with a silent checkout', async () => {
  const drop = anyDrop();
  const publisher = createPicturePublisher(redis, (error) => errors.push(error));
  await publisher.publish(drop, picture(7, 3));
  await publisher.publish(drop, picture(6, 9));
  const stored = await redis.hgetall(`co:{${drop}}:stock`);
  expect(JSON.parse(stored.json ?? '')).toEqual({ ...picture(7, 3), at: '2026-11-24T12:00:00.000Z' });
  await publisher.publish(drop, picture(8, 2));
  expect(JSON.parse((await redis.hget(`co:{${drop}}:stock`, 'json')) ?? '')).toMatchObject({ version: 8 });
  const ttl = await redis.pttl(`co:{${drop}}:stock`);
  expect(ttl).toBeGreaterThan(20_000);
  expect(ttl).toBeLessThanOrEqual(30_000);
  expect(errors).toEqual([]);
});

test('a Redis that is gone is told to the log and to nobody else', async () => {
  const gone = new Redis({ port: 1, lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  gone.on('error', () => {});
  await createPicturePublisher(gone, (error) => errors.push(error)).publish(anyDrop(), picture(1, 1));
  expect(errors).toHaveLength(1);
});
