import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { storeUrl } from '../src/testing/stores.ts';
import { untilReached } from '../src/until-reached.ts';

test('a store that is not there yet is asked for until it answers, and that is told once', async () => {
  // A port that refuses until something listens there.
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const told: unknown[] = [];
  let tries = 0;
  const answer = await untilReached(
    async () => {
      const url = ++tries < 4 ? `redis://127.0.0.1:${port}` : storeUrl('REDIS_URL');
      const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: null });
      redis.on('error', () => {});
      return redis.ping().finally(() => redis.disconnect());
    },
    (error) => told.push(error),
  );
  expect(answer).toBe('PONG');
  expect(tries).toBe(4);
  expect(told).toHaveLength(1);
});

test('any other fault ends the start at once', async () => {
  let tries = 0;
  await expect(
    untilReached(async () => {
      tries++;
      throw new Error('the schema is broken');
    }),
  ).rejects.toThrow('the schema is broken');
  expect(tries).toBe(1);
});
