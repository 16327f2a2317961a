import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPulseServer } from '../../src/plugins/pulse-server.ts';
import type { DropView } from '../../src/queue/queue.ts';

const body = Buffer.from('{"drop":"sneaker-1","message":{"en":"héllo"}}');
const view = { drop: 'sneaker-1', pulse: { body, etag: '"abc"' } } as unknown as DropView;
const counted: string[] = [];
let admitted = true;

const answerPulse = createPulseServer({
  queue: { view: (drop) => (drop === 'sneaker-1' ? view : undefined) },
  admit: () => admitted,
  count: (outcome) => counted.push(outcome),
});
const server = createServer((request, response) => {
  if (!answerPulse(request, response)) response.writeHead(599).end('router');
});
let origin = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const get = (path: string, init: RequestInit = {}) => fetch(origin + path, init);

test('Q22: the pulse is one document for everybody, cacheable for a second by browsers and edges', async () => {
  const response = await get('/v1/drops/sneaker-1/pulse');
  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'cache-control': 'public, max-age=1, s-maxage=1, stale-while-revalidate=1, stale-if-error=60',
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(body.length),
    'access-control-allow-origin': '*',
    etag: '"abc"',
  });
  expect(response.headers.has('set-cookie')).toBe(false);
});

test('a reader who has the current pulse gets 304 without a body, however the tag is written', async () => {
  for (const tag of ['"abc"', 'W/"abc"', '"x", "abc"', '*']) {
    const response = await get('/v1/drops/sneaker-1/pulse', { headers: { 'if-none-match': tag } });
    expect(response.status, tag).toBe(304);
    expect(await response.text()).toBe('');
    expect(response.headers.get('etag')).toBe('"abc"');
  }
  for (const tag of ['"abd"', 'abc', '', '""']) {
    expect((await get('/v1/drops/sneaker-1/pulse', { headers: { 'if-none-match': tag } })).status, tag).toBe(
      200,
    );
  }
});

test('HEAD answers as GET does, without the body', async () => {
  const response = await get('/v1/drops/sneaker-1/pulse', { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-length')).toBe(String(body.length));
  expect(await response.text()).toBe('');
});

test('unknown drops, other methods, queries, odd spellings and refused callers are left to the router', async () => {
  for (const path of [
    '/v1/drops/nothing/pulse',
    '/v1/drops/sneaker-1/pulse?x=1',
    '/v1/drops/sneaker-1/pulse/',
    '/v1/drops/sneaker%2d1/pulse',
    '/v1/drops/pulse',
    '/v1/drops//pulse',
    '/v1/pulse',
  ]) {
    expect((await get(path)).status, path).toBe(599);
  }
  for (const method of ['POST', 'OPTIONS', 'DELETE']) {
    expect((await get('/v1/drops/sneaker-1/pulse', { method })).status, method).toBe(599);
  }
  admitted = false;
  expect((await get('/v1/drops/sneaker-1/pulse')).status).toBe(599);
  admitted = true;
});

test('every answer is counted once, by what was sent', async () => {
  counted.length = 0;
  await get('/v1/drops/sneaker-1/pulse');
  await get('/v1/drops/sneaker-1/pulse', { headers: { 'if-none-match': '"abc"' } });
  await get('/v1/drops/nothing/pulse');
  expect(counted).toEqual(['sent', 'unchanged']);
});
