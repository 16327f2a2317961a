import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { connect } from 'node:net';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problem } from '../src/problem.ts';
import { waitUntil } from '../src/testing/wait-until.ts';
import { sendRaw, startTestApp, type TestApp } from './support/test-app.ts';

const Body = Type.Object(
  {
    lines: Type.Array(
      Type.Object({ sku: Type.String({ pattern: '^[a-z]+$' }), quantity: Type.Integer({ minimum: 1 }) }),
      { minItems: 1 },
    ),
    mode: Type.Optional(Type.Enum(['always', 'standby'])),
  },
  { additionalProperties: false },
);

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp((app) => {
    app.post('/v1/drops/:drop/orders', { schema: { body: Body } }, async () => ({ ok: true }));
    app.get(
      '/v1/drops/:drop',
      {
        schema: {
          params: Type.Object({ drop: Type.String({ maxLength: 5 }) }),
          querystring: Type.Object({ n: Type.Optional(Type.Integer()) }),
        },
      },
      async () => ({ ok: true }),
    );
    app.put('/v1/drops/:drop', async () => ({ ok: true }));
    app.post(
      '/v1/keyed',
      { schema: { headers: Type.Object({ 'idempotency-key': Type.String() }) } },
      async () => ({ ok: true }),
    );
    app.get('/findings', async () => {
      throw Object.assign(new Error('x'), {
        statusCode: 400,
        validationContext: 'headers',
        // As TypeBox finds them.
        validation: [
          { instancePath: '', message: 'm', params: { requiredProperties: ['idempotency-key', 'if-match'] } },
          { instancePath: '/x', keyword: 'boolean', message: 'schema is false', params: {} },
          { instancePath: '', message: 'm', params: { additionalProperties: ['x'] } },
        ],
      });
    });
    app.get('/breaks', async () => {
      throw new TypeError('secret internals at /opt/sluice/src/x.ts');
    });
    app.get('/v1/drops/:drop/breaks', async () => {
      throw new Error('secret internals');
    });
    app.get('/store', async () => {
      throw Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:6379'), { code: 'ECONNREFUSED' });
    });
    app.get('/later', async () => {
      throw problem('rate-limited', 'Later.', { retryAfterSeconds: 1.2 });
    });
    app.get('/file', async (request) => {
      await once(request.raw.socket, 'close');
      return createReadStream(import.meta.filename);
    });
    app.get('/known', async (request) => {
      request.drop = 'from-session';
      throw new Error('x');
    });
  });
});
afterAll(() => server.close());

interface Answer {
  status: number;
  headers: Headers;
  body: { type: string; status: number; detail?: string; errors?: { field: string; reason: string }[] };
  text: string;
}

async function ask(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(new URL(path, server.url), {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

const json = { 'content-type': 'application/json' };
const post = (body: string, headers: Record<string, string> = json) =>
  ask('POST', '/v1/drops/demo/orders', body, headers);

test('promise 8: what several findings or one of several say is told one by one, by the name of each header', async () => {
  const keyed = await server.app.inject({ method: 'POST', url: '/v1/keyed' });
  expect(keyed.json().errors).toEqual([{ field: 'headers.idempotency-key', reason: 'must be given' }]);
  const findings = await server.app.inject({ method: 'GET', url: '/findings' });
  expect(findings.json().errors).toEqual([
    { field: 'headers.idempotency-key', reason: 'must be given' },
    { field: 'headers.if-match', reason: 'must be given' },
    { field: 'headers.x', reason: 'is not a known field' },
  ]);
});

describe('promise 8: bad input gets a problem document that names field and reason', () => {
  test.each([
    ['nothing', '{}', 'body.lines', /must be given/],
    ['null', 'null', 'body', /must be object/],
    ['an empty list', '{"lines":[]}', 'body.lines', /fewer than 1|at least 1/],
    ['a wrong member', '{"lines":[{"sku":"A1","quantity":1}]}', 'body.lines.0.sku', /pattern/],
    ['too little', '{"lines":[{"sku":"a","quantity":0}]}', 'body.lines.0.quantity', />= 1/],
    ['a missing member', '{"lines":[{"sku":"a"}]}', 'body.lines.0.quantity', /must be given/],
    [
      'an unknown member',
      '{"lines":[{"sku":"a","quantity":1}],"price":1}',
      'body.price',
      /not a known field/,
    ],
    [
      'a value that does not exist',
      '{"lines":[{"sku":"a","quantity":1}],"mode":"x"}',
      'body.mode',
      /one of always, standby/,
    ],
  ])('%s', async (_kind, body, field, reason) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatchObject({ status: 400, type: 'https://sluice.dev/problems/invalid-request' });
    expect(answer.body.errors).toContainEqual({ field, reason: expect.stringMatching(reason) });
    expect(answer.body.detail).toContain(answer.body.errors?.[0]?.field);
  });

  test('all faults of a body are told at once', async () => {
    const { body } = await post('{"lines":[{"sku":"A","quantity":0}],"mode":"x","more":1}');
    expect(body.errors?.map(({ field }) => field).sort()).toEqual([
      'body.lines.0.quantity',
      'body.lines.0.sku',
      'body.mode',
      'body.more',
    ]);
  });

  test.each([
    ['malformed JSON', '{"lines":', json, 400, 'invalid-request', 'body', /not valid JSON/],
    ['an empty body', '', json, 400, 'invalid-request', 'body', /must not be empty/],
    ['a body that is too long', `"${'x'.repeat(70_000)}"`, json, 413, 'body-too-large', 'body', /too long/],
    [
      'another media type',
      '<a/>',
      { 'content-type': 'text/xml' },
      415,
      'unsupported-media-type',
      'headers.content-type',
      /not one/,
    ],
    [
      'a media type that is none',
      'x',
      { 'content-type': '!!' },
      415,
      'unsupported-media-type',
      'headers.content-type',
      /not one/,
    ],
    [
      'a poisoned prototype',
      '{"__proto__":{"admin":true}}',
      json,
      400,
      'invalid-request',
      'body',
      /not valid JSON/,
    ],
  ])('%s', async (_kind, body, headers, status, type, field, reason) => {
    const answer = await post(body, headers as Record<string, string>);
    expect([answer.status, answer.body.status]).toEqual([status, status]);
    expect(answer.body.type).toBe(`https://sluice.dev/problems/${type}`);
    expect(answer.body.errors).toEqual([{ field, reason: expect.stringMatching(reason) }]);
  });

  test('path and query are named too', async () => {
    expect((await ask('GET', '/v1/drops/too-long')).body.errors?.[0]?.field).toBe('params.drop');
    expect((await ask('GET', '/v1/drops/ok?n=many')).body.errors?.[0]?.field).toBe('querystring.n');
  });

  test('an address that cannot be read is 400, a part of it that is too long too', async () => {
    for (const path of ['/v1/drops/%zz', '/v1/%c0%af', `/v1/drops/${'a'.repeat(3000)}`]) {
      const answer = await sendRaw(
        server.url,
        `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      );
      expect(answer, path).toMatch(/^HTTP\/1\.1 (400|414) /);
      expect(answer, path).toMatch(/content-type: application\/problem\+json/);
      expect(answer, path).toMatch(/"field":"p/);
    }
  });

  test('what is no HTTP, and headers without end, get a problem and the end of the connection', async () => {
    expect(await sendRaw(server.url, 'HEAD /\\ HTTP/9.9\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*\r\n\r\n$/,
    );
    expect(await sendRaw(server.url, 'HELLO\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*problem\+json[\s\S]*"field":"request","reason":"is not valid HTTP"/,
    );
    expect(
      await sendRaw(server.url, `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 431 [\s\S]*"field":"headers","reason":"are too long"/);
  });
});

test('an unknown address is 404; a known one with another method is 405 and tells which there are', async () => {
  const unknown = await ask('GET', '/v1/none');
  expect(unknown).toMatchObject({ status: 404, body: { type: 'https://sluice.dev/problems/not-found' } });
  const other = await ask('DELETE', '/v1/drops/demo?x=1');
  expect(other).toMatchObject({
    status: 405,
    body: { type: 'https://sluice.dev/problems/method-not-allowed' },
  });
  expect(other.headers.get('allow')).toBe('GET, HEAD, PUT');
  expect(other.body.detail).toBe('DELETE is not one of GET, HEAD, PUT.');
  expect((await ask('GET', '/v1/drops/demo/orders')).headers.get('allow')).toBe('POST');
});

test('looking for doors is limited: after some hundreds of unknown addresses a client is told to wait', async () => {
  const alone = await startTestApp();
  const statuses: number[] = [];
  for (let at = 0; at < 620; at++) {
    const { statusCode } = await alone.app.inject({ url: `/none-${at}`, remoteAddress: '203.0.113.9' });
    statuses.push(statusCode);
  }
  expect(statuses.slice(0, 600).every((status) => status === 404)).toBe(true);
  expect(statuses.slice(600).every((status) => status === 429)).toBe(true);
  expect((await alone.app.inject({ url: '/none', remoteAddress: '203.0.113.10' })).statusCode).toBe(404);
  await alone.close();
});

describe('a fault of ours', () => {
  test('is 500 with the request id and nothing of what happened; the log has that, once, with the drop', async () => {
    const answer = await ask('GET', '/v1/drops/demo/breaks');
    expect(answer).toMatchObject({
      status: 500,
      body: { type: 'https://sluice.dev/problems/internal-error' },
    });
    expect(answer.text).not.toMatch(/secret internals|\.ts|stack/);
    const { requestId } = answer.body as unknown as { requestId: string };
    const lines = server
      .lines()
      .filter(({ reqId, msg }) => reqId === requestId && msg === 'unexpected error');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 50, drop: 'demo', err: { message: 'secret internals' } });
  });

  test('names the drop that the service has found out, where the path has none', async () => {
    const { requestId } = (await ask('GET', '/known')).body as unknown as { requestId: string };
    expect(server.lines().find(({ reqId }) => reqId === requestId)).toMatchObject({ drop: 'from-session' });
  });

  test('of a store is 503 with Retry-After, and its address stays here', async () => {
    const answer = await ask('GET', '/store');
    expect(answer).toMatchObject({
      status: 503,
      body: { type: 'https://sluice.dev/problems/store-unavailable' },
    });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.text).not.toContain('10.1.2.3');
  });
});

test('a client that leaves while it is sent a file is no fault of ours', async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const before = server.lines().length;
  const since = () => server.lines().slice(before);
  const asked = once(server.app.server, 'request');
  socket.write('GET /file HTTP/1.1\r\nhost: x\r\n\r\n');
  await asked;
  socket.destroy();
  await waitUntil(() => since().some(({ msg }) => /has left|unexpected/.test(msg)));
  expect(since().filter(({ level }) => level >= 50)).toEqual([]);
});

test('Retry-After is whole seconds, rounded up', async () => {
  expect((await ask('GET', '/later')).headers.get('retry-after')).toBe('2');
});
