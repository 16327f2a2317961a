import { expect, test } from 'vitest';
import { createApp } from '../src/app.ts';
import { createMetrics } from '../src/metrics.ts';
import { registerRateLimits } from '../src/rate-limits.ts';
import { createTestLog } from './support/test-app.ts';

const make = () =>
  createApp({
    name: 'test',
    logger: createTestLog('silent').log,
    metrics: createMetrics({ service: 'test', instance: 'test-1' }),
    trustedProxies: '',
    openapi: { title: 'Test', description: 'Test' },
  });
const handler = async () => 'ok';
const rateLimit = { max: 10, timeWindow: 1000 };

test('an application with a route that has no limit does not start, and says which; the plain routes have theirs', async () => {
  const app = await make();
  app.post('/forgotten', handler);
  await app.register(async (scope) => {
    await registerRateLimits(scope);
    scope.get('/limited', { config: { rateLimit } }, handler);
    scope.get('/free', { config: { rateLimit: false } }, handler);
    scope.get('/deep/forgotten', { onRequest: async () => {} }, handler);
  });
  const fault = await app.ready().then(
    () => '',
    (error: Error) => error.message,
  );
  expect(fault).toMatch(/^without a rate limit: POST \/forgotten, GET \/deep\/forgotten \(/);
});

test('a limit on a scope that nobody limits would do nothing: it counts as none', async () => {
  const app = await make();
  app.get('/written-down', { config: { rateLimit } }, handler);
  await expect(async () => app.ready()).rejects.toThrow(/GET \/written-down/);
});
