import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInternalApp } from '../src/internal-app.ts';
import { createMetrics } from '../src/metrics.ts';
import { createTestLog, startTestApp, type TestApp } from './support/test-app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp((app) => {
    app.get('/v1/drops/:drop/thing', async (request) => {
      request.log.info('in the handler');
      return { id: request.id };
    });
    app.post('/v1/echo', async (request) => ({ body: request.body ?? null }));
    app.get('/v1/drops/:drop/slow-fault', async (_request, reply) => reply.code(503).send({}));
  });
});
afterAll(() => server.close());

test('a request is answered whatever it says of a body that it does not have', async () => {
  const { hostname, port } = new URL(server.url);
  const answerTo = async (lines: string) => {
    const socket = connect(Number(port), hostname);
    socket.write(`POST /v1/echo HTTP/1.1\r\nhost: a\r\n${lines}connection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    return text;
  };
  expect(await answerTo('')).toMatch(/^HTTP\/1.1 200 .*\{"body":null\}$/s);
  expect(await answerTo('content-type: application/json\r\n')).toMatch(/^HTTP\/1.1 400 /);
  expect(await answerTo('content-type: application/json\r\ncontent-length: 0\r\n')).toMatch(
    /^HTTP\/1.1 400 /,
  );
  expect(await answerTo('content-type: text/plain\r\n')).toMatch(/^HTTP\/1.1 /);
});

test('every answer carries the security headers, problems and the description too', async () => {
  for (const path of ['/v1/drops/demo/thing', '/none', '/openapi.json', '/livez']) {
    const { headers } = await fetch(new URL(path, server.url));
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
    expect(headers.get('referrer-policy'), path).toBe('no-referrer');
  }
});

test('the description is OpenAPI 3.1 of the routes; its reader is under /docs; plumbing is not in it', async () => {
  const description = await (await fetch(new URL('/openapi.json', server.url))).json();
  expect(description.openapi).toMatch(/^3\.1/);
  expect(Object.keys(description.paths)).toEqual([
    '/v1/drops/{drop}/thing',
    '/v1/echo',
    '/v1/drops/{drop}/slow-fault',
  ]);
  const docs = await fetch(new URL('/docs/', server.url));
  expect([docs.status, docs.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/html'),
  ]);
});

test('metrics stand on the internal listener alone, and the description of the public routes too', async () => {
  expect((await fetch(new URL('/metrics', server.url))).status).toBe(404);
  const metrics = createMetrics({ service: 'test', instance: 'test-1' });
  const { log } = createTestLog();
  const internal = createInternalApp({ logger: log, metrics, describes: server.app });
  const url = await internal.listen({ host: '127.0.0.1', port: 0 });
  const text = await (await fetch(new URL('/metrics', url))).text();
  expect(text).toMatch(/nodejs_eventloop_lag_seconds\{service="test",instance="test-1"\}/);
  const described = await (await fetch(new URL('/docs/json', url))).json();
  expect(Object.keys(described.paths)).toContain('/v1/drops/{drop}/thing');
  expect((await fetch(new URL('/none', url))).headers.get('content-type')).toContain('problem+json');
  await internal.close();
});

test('request ids are unique in an instance and differ between instances; a client cannot choose one', async () => {
  const other = await startTestApp((app) => {
    app.get('/id', async (request) => ({ id: request.id }));
  });
  const idOf = async (url: string, path: string): Promise<string> =>
    (
      await (
        await fetch(new URL(path, url), { headers: { 'request-id': 'mine', 'x-request-id': 'mine' } })
      ).json()
    ).id;
  const ids = [
    await idOf(server.url, '/v1/drops/demo/thing'),
    await idOf(server.url, '/v1/drops/demo/thing'),
    await idOf(other.url, '/id'),
  ];
  expect(new Set(ids).size).toBe(3);
  expect(ids).not.toContain('mine');
  expect(server.lines().find(({ reqId }) => reqId === ids[0])?.msg).toBe('in the handler');
  await other.close();
});

test('a failed request leaves one line with request id, drop, route, status and time, and no address', async () => {
  await fetch(new URL('/v1/drops/demo/slow-fault?secret=abc', server.url));
  const [line] = server.lines().filter(({ msg }) => msg === 'request');
  expect(line).toMatchObject({
    level: 40,
    drop: 'demo',
    method: 'GET',
    route: '/v1/drops/:drop/slow-fault',
    status: 503,
    ms: expect.any(Number),
    reqId: expect.any(String),
  });
  expect(JSON.stringify(line)).not.toMatch(/127\.0\.0\.1|abc/);
});

test('requests are counted by route pattern, so that no client can make series', async () => {
  for (const drop of ['a', 'b', 'c']) await fetch(new URL(`/v1/drops/${drop}/thing`, server.url));
  await fetch(new URL('/none-1', server.url));
  await fetch(new URL('/none-2', server.url));
  const text = await server.metricsText();
  const counts = text.split('\n').filter((line) => line.startsWith('http_request_duration_seconds_count'));
  expect(counts.filter((line) => line.includes('route="/v1/drops/:drop/thing"'))).toHaveLength(1);
  expect(counts.filter((line) => line.includes('status="404"'))).toEqual([
    expect.stringMatching(/method="GET",route="none"/),
  ]);
  expect(text).not.toMatch(/none-1|drops\/a/);
});
