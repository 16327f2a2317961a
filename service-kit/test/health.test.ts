import { waitUntil } from '@sluice/service-kit/testing';
import { afterEach, expect, test } from 'vitest';
import { addReadiness } from '../src/health.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

let server: TestApp;
afterEach(() => server.close());

const readiness = async () => {
  const response = await fetch(new URL('/readyz', server.url));
  return { status: response.status, body: await response.json() };
};

test('alive says nothing about dependencies, ready all about them: what fails is named, and it recovers', async () => {
  server = await startTestApp();
  let fault: Error | undefined = new Error('drop x was last read 9 s ago');
  addReadiness(server.app, 'fine', async () => 'whatever');
  addReadiness(server.app, 'views', async () => {
    if (fault) throw fault;
  });
  expect(await readiness()).toEqual({
    status: 503,
    body: { status: 'not ready', checks: { fine: 'ok', views: 'drop x was last read 9 s ago' } },
  });
  const alive = await fetch(new URL('/livez', server.url));
  expect([alive.status, alive.headers.get('cache-control'), await alive.json()]).toEqual([
    200,
    'no-store',
    { status: 'alive' },
  ]);
  fault = undefined;
  expect(await waitUntil(async () => ((await readiness()).status === 200 ? readiness() : undefined))).toEqual(
    {
      status: 200,
      body: { status: 'ready', checks: { fine: 'ok', views: 'ok' } },
    },
  );
});

test('a dependency that never answers does not hold the probe, and its address is not told', async () => {
  server = await startTestApp();
  addReadiness(server.app, 'silent', () => new Promise(() => {}));
  addReadiness(server.app, 'gone', async () => {
    throw Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' });
  });
  expect(await readiness()).toEqual({
    status: 503,
    body: { status: 'not ready', checks: { silent: 'does not answer', gone: 'cannot be reached' } },
  });
});

test('however many ask, the dependencies are asked at one pace', async () => {
  server = await startTestApp();
  let asked = 0;
  addReadiness(server.app, 'counted', async () => {
    asked += 1;
  });
  await Promise.all(Array.from({ length: 200 }, () => readiness()));
  // 200 answers take well under the half second of one look; a slow machine may fit in a few looks.
  expect(asked).toBeLessThan(50);
});
