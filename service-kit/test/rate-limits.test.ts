import { createTestRedis, startRelay, waitUntil } from '@sluice/service-kit/testing';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { registerRateLimits } from '../src/rate-limits.ts';
import { connectRedis } from '../src/redis.ts';
import { createTestLog, startTestApp, type TestApp } from './support/test-app.ts';

const MAX = 5;
const LIMIT = { max: MAX, timeWindow: 60_000 };

const opened: { close(): Promise<unknown> | unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function startLimited(trustedProxies: string, redis?: Redis): Promise<TestApp> {
  const server = await startTestApp(
    async (app) => {
      await app.register(async (scope) => {
        await registerRateLimits(scope, redis ? { redis } : {});
        scope.get('/limited', { config: { rateLimit: LIMIT } }, async () => 'ok');
        scope.get(
          '/by-ticket',
          { config: { rateLimit: { ...LIMIT, keyGenerator: ({ headers }) => String(headers['x-ticket']) } } },
          async () => 'ok',
        );
        scope.get('/free', { config: { rateLimit: false } }, async () => 'ok');
      });
    },
    { trustedProxies },
  );
  opened.push(server);
  return server;
}

/** Statuses of requests from a peer address, each with these headers. */
async function ask(
  server: TestApp,
  peer: string,
  times: number,
  headers: Record<string, string> = {},
  url = '/limited',
) {
  const statuses: number[] = [];
  for (let at = 0; at < times; at++) {
    statuses.push((await server.app.inject({ url, remoteAddress: peer, headers })).statusCode);
  }
  return statuses;
}
const ok = Array.from({ length: MAX }, () => 200);
const used = [...ok, 429];

function connect(url: string): Redis {
  const redis = connectRedis({ url, name: 'test', log: createTestLog('silent').log as never });
  opened.push({ close: () => redis.disconnect() });
  return redis;
}

describe('whose request it is', () => {
  test('each IPv4 address counts for itself', async () => {
    const server = await startLimited('');
    expect(await ask(server, '203.0.113.1', MAX + 1)).toEqual(used);
    expect(await ask(server, '203.0.113.2', MAX + 1)).toEqual(used);
  });

  test('IPv6 counts by /64: another host of it finds the share used up, the next /64 its own', async () => {
    const server = await startLimited('');
    expect(await ask(server, '2001:db8:1:1::1', MAX)).toEqual(ok);
    expect(await ask(server, '2001:db8:1:1:ffff:eeee:dddd:cccc', 1)).toEqual([429]);
    expect(await ask(server, '2001:db8:1:2::1', 1)).toEqual([200]);
  });

  test('X-Forwarded-For from a peer that is no trusted proxy changes nothing', async () => {
    const server = await startLimited('10.0.0.0/8');
    const statuses: number[] = [];
    for (let at = 0; at <= MAX; at++) {
      statuses.push(...(await ask(server, '203.0.113.1', 1, { 'x-forwarded-for': `198.51.100.${at}` })));
    }
    expect(statuses).toEqual(used);
  });

  test('through a trusted proxy it is the client, and what the client itself wrote before is not believed', async () => {
    const server = await startLimited('10.0.0.0/8');
    const statuses: number[] = [];
    for (let at = 0; at <= MAX; at++) {
      const forwarded = `198.51.100.${at}, 203.0.113.1, 10.0.0.2`;
      statuses.push(...(await ask(server, '10.0.0.1', 1, { 'x-forwarded-for': forwarded })));
    }
    expect(statuses).toEqual(used);
    expect(await ask(server, '10.0.0.1', 1, { 'x-forwarded-for': '203.0.113.2' })).toEqual([200]);
  });

  test('a route may count by something else, such as the ticket, whatever the address', async () => {
    const server = await startLimited('');
    const statuses: number[] = [];
    for (let at = 0; at <= MAX; at++) {
      statuses.push(...(await ask(server, `203.0.113.${at}`, 1, { 'x-ticket': 'a' }, '/by-ticket')));
    }
    expect(statuses).toEqual(used);
    expect(await ask(server, '203.0.113.1', 1, { 'x-ticket': 'b' }, '/by-ticket')).toEqual([200]);
  });
});

test('the answer is a 429 problem with Retry-After, and the metric counts it by route', async () => {
  const server = await startLimited('');
  await ask(server, '203.0.113.1', MAX);
  const refused = await server.app.inject({ url: '/limited', remoteAddress: '203.0.113.1' });
  expect(refused.json()).toMatchObject({ status: 429, type: 'https://sluice.dev/problems/rate-limited' });
  expect(refused.headers['content-type']).toContain('application/problem+json');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect(await server.metricsText()).toMatch(/rate_limited_total\{route="\/limited".*\} 1/);
});

test('health and description are limited too, generously; a route with a written exception is not', async () => {
  const server = await startLimited('');
  const statuses = await ask(server, '203.0.113.1', 3001, {}, '/livez');
  expect(statuses.indexOf(429)).toBe(3000);
  expect(new Set(await ask(server, '203.0.113.1', MAX * 4, {}, '/free'))).toEqual(new Set([200]));
});

describe('with Redis', () => {
  // Counts begin anew with each minute: here none ends.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / LIMIT.timeWindow) * LIMIT.timeWindow });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('instances count together: what was used at one is soon used at the other', async () => {
    const url = await createTestRedis();
    const [one, two] = [await startLimited('', connect(url)), await startLimited('', connect(url))];
    expect(await ask(one, '203.0.113.1', MAX)).toEqual(ok);
    let asked = 0;
    await waitUntil(async () => {
      asked += 1;
      return (await ask(two, '203.0.113.1', 1))[0] === 429;
    });
    expect(asked).toBeLessThanOrEqual(MAX + 1);
    expect(await ask(two, '203.0.113.2', 1)).toEqual([200]);
  });

  test('Redis cut off or frozen: requests go on without waiting, each instance by its own count', async () => {
    const relay = await startRelay(await createTestRedis());
    opened.push(relay);
    const redis = connect(relay.url);
    await waitUntil(() => redis.status === 'ready');
    const server = await startLimited('', redis);
    expect(await ask(server, '203.0.113.1', 2)).toEqual([200, 200]);
    relay.silence();
    expect(await ask(server, '203.0.113.1', 4)).toEqual([200, 200, 200, 429]);
    relay.cut();
    expect(await ask(server, '203.0.113.2', MAX + 1)).toEqual(used);
  });
});
