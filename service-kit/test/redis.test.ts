import { createTestRedis, startRelay, waitUntil } from '@sluice/service-kit/testing';
import type { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { connectRedis } from '../src/redis.ts';
import { isStoreFault } from '../src/store-fault.ts';
import { createTestLog } from './support/test-app.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function connectThroughRelay() {
  const relay = await startRelay(await createTestRedis());
  opened.push(relay);
  const log = createTestLog();
  const redis: Redis = connectRedis({
    url: relay.url,
    name: 'kit-test',
    log: log.log as never,
    commandTimeoutMs: 200,
  });
  opened.push({ close: () => redis.disconnect() });
  await waitUntil(() => redis.status === 'ready');
  return { relay, redis, log };
}

const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    (value) => value,
    (error: Error) => error,
  );

test('a server that has gone silent: a command fails within its limit, as a store fault', async () => {
  const { relay, redis } = await connectThroughRelay();
  expect(await redis.ping()).toBe('PONG');
  relay.silence();
  const error = await outcomeOf(redis.ping());
  expect(error).toMatchObject({ message: 'Command timed out' });
  expect(isStoreFault(error)).toBe(true);
});

test('an answer that came while this process stood still is an answer, whatever the limit', async () => {
  const redis = connectRedis({
    ...{ url: await createTestRedis(), name: 'kit-test', commandTimeoutMs: 200 },
    log: createTestLog().log as never,
  });
  opened.push({ close: () => redis.disconnect() });
  await waitUntil(() => redis.status === 'ready');
  // From here timers come before what has come in.
  await new Promise((resolve) => setImmediate(resolve));
  const asked = outcomeOf(redis.ping());
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  expect(await asked).toBe('PONG');
});

test('a lost server: commands fail at once, nothing is kept or sent twice, and it recovers by itself', async () => {
  const { relay, redis, log } = await connectThroughRelay();
  await redis.set('count', '0');
  relay.silence();
  const inFlight = outcomeOf(redis.incr('count'));
  relay.cut();
  expect(isStoreFault(await inFlight)).toBe(true);
  await waitUntil(() => redis.status !== 'ready');
  const refused = await outcomeOf(redis.incr('count'));
  expect(isStoreFault(refused)).toBe(true);
  // Not after a wait: it was never put into a queue.
  expect(refused).toMatchObject({ message: expect.stringContaining("Stream isn't writeable") });
  // Several attempts to connect later there is still one line about it.
  await waitUntil(() => log.lines().some(({ msg }) => msg === 'Redis cannot be reached'));
  relay.mend();
  await waitUntil(async () => (await outcomeOf(redis.ping())) === 'PONG');
  expect(await redis.get('count')).toBe('0');
  expect(log.lines().at(-1)?.msg).toBe('Redis answers again');
});

test('the connection is named, so that CLIENT LIST tells services apart', async () => {
  const { redis } = await connectThroughRelay();
  expect(await redis.client('GETNAME')).toBe('kit-test');
});
