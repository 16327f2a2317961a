// What every service must have, asked of all of them as processes: health, description, metrics on the internal
// listener alone, problem documents whatever is sent, limits that hold, and logs without secrets.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repoRoot } from '../../lib/repo.mjs';
import type { Service } from '../../lib/service.mjs';
import { type Stack, startStack } from '../../lib/stack.mjs';

let stack: Stack;
beforeAll(async () => {
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;
  if (!redisUrl || !databaseUrl) throw new Error('run this through "npm test -- <file>"');
  stack = await startStack({ name: `audit-${process.pid}`, redisUrl, databaseUrl });
}, 120_000);
afterAll(() => stack?.stop());

type Name = 'waiting room' | 'checkout' | 'control plane';
const SERVICES: readonly { name: Name; docs: 'public' | 'internal'; metrics: number }[] = [
  { name: 'waiting room', docs: 'public', metrics: 404 },
  // Everything public but its health and its description is behind the admission.
  { name: 'checkout', docs: 'internal', metrics: 401 },
  { name: 'control plane', docs: 'public', metrics: 404 },
];

function serviceOf(name: Name): Service {
  const { rooms, checkouts, admin } = stack;
  const service = { 'waiting room': rooms[0], checkout: checkouts[0], 'control plane': admin }[name];
  if (!service) throw new Error(`${name} is not running`);
  return service;
}

const get = (base: string, path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, base), { headers, redirect: 'manual' });

/** Requests of one client, a few at a time. */
async function hammer(base: string, path: string, times: number, client: string): Promise<Response[]> {
  const answers: Response[] = [];
  while (answers.length < times) {
    const some = Array.from({ length: Math.min(50, times - answers.length) }, () =>
      get(base, path, { 'x-forwarded-for': client }),
    );
    for (const answer of await Promise.all(some)) {
      await answer.arrayBuffer();
      answers.push(answer);
    }
  }
  return answers;
}

type Operations = Record<string, Record<string, { requestBody?: unknown }>>;

describe.each(SERVICES)('the $name', ({ name, docs, metrics }) => {
  test('is alive, and ready once its dependencies answer', async () => {
    const { url } = serviceOf(name);
    expect((await get(url, '/livez')).status).toBe(200);
    const ready = await waitUntil(async () => {
      const answer = await get(url, '/readyz');
      return answer.status === 200 && answer.json();
    });
    expect(Object.values(ready.checks).every((outcome) => outcome === 'ok')).toBe(true);
  });

  test('describes itself, for programs and for people', async () => {
    const { url, internalUrl } = serviceOf(name);
    const description = await (await get(url, '/openapi.json')).json();
    expect(description.openapi).toMatch(/^3\.1/);
    expect(Object.keys(description.paths).length).toBeGreaterThan(2);
    const page = await get(docs === 'public' ? url : internalUrl, '/docs/');
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
  });

  test('shows its metrics on the internal listener alone', async () => {
    const { url, internalUrl } = serviceOf(name);
    expect((await get(url, '/metrics')).status).toBe(metrics);
    const answer = await get(internalUrl, '/metrics');
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).toMatch(/nodejs_eventloop_lag_seconds/);
    expect(text).toMatch(/http_request_duration_seconds_bucket/);
  });

  test('promise 8: whatever is sent to any of its routes, the answer is a problem with a page, never a 5xx', async () => {
    const { url } = serviceOf(name);
    const { paths } = (await (await get(url, '/openapi.json')).json()) as { paths: Operations };
    const credential = name === 'control plane' ? stack.operatorKey : stack.serviceToken;
    const bodies = ['{"a":', 'null', '[]', '{"__proto__":{}}', `{"x":"${'y'.repeat(70_000)}"}`, '"\\u0000"'];
    const faults: string[] = [];
    let asked = 0;
    for (const [pattern, operations] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const garbage = [
          pattern.replaceAll(/\{\w+\}/g, 'no%00such'),
          pattern.replaceAll(/\{\w+\}/g, 'x'.repeat(300)),
        ];
        const requests: { path: string; body?: string }[] = operation.requestBody
          ? bodies.map((body) => ({ path: pattern.replaceAll(/\{\w+\}/g, 'none'), body }))
          : [];
        if (pattern.includes('{')) requests.push(...garbage.map((path) => ({ path })));
        for (const { path, body } of requests) {
          asked += 1;
          const answer = await fetch(new URL(path, url), {
            method: method.toUpperCase(),
            headers: {
              authorization: `Bearer ${credential}`,
              'x-forwarded-for': '198.51.100.1',
              ...(body !== undefined && { 'content-type': 'application/json' }),
            },
            ...(body !== undefined && { body }),
            redirect: 'manual',
          });
          const text = await answer.text();
          // The waiting page answers people: with a page that says what is wrong.
          const isPage = path.startsWith('/w/') && answer.headers.get('content-type')?.includes('text/html');
          const fault = faultOf(answer, text, isPage);
          if (fault) faults.push(`${method} ${path.slice(0, 60)} ${body?.slice(0, 20) ?? ''}: ${fault}`);
        }
      }
    }
    expect(faults).toEqual([]);
    expect(asked).toBeGreaterThan(5);
  });

  test('limits a client, tells it when to come back, counts that, and leaves its neighbours alone', async () => {
    const { url, internalUrl } = serviceOf(name);
    const answers = await hammer(url, '/livez', 3_020, '198.51.100.2');
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('content-type')).toContain('application/problem+json');
    expect((await get(url, '/livez', { 'x-forwarded-for': '198.51.100.3' })).status).toBe(200);
    expect(await (await get(internalUrl, '/metrics')).text()).toMatch(
      /rate_limited_total\{.*route="\/livez".*\} [1-9]/,
    );
  });

  test('writes JSON lines only, without a credential and without an address of a client', async () => {
    const { logFile } = serviceOf(name);
    const lines = readFileSync(logFile, 'utf8').trim().split('\n');
    for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
    const text = lines.join('\n');
    for (const secret of [stack.operatorKey, stack.serviceToken, '198.51.100.'])
      expect(text).not.toContain(secret);
  });
});

/** What is wrong with an answer to bad input; undefined when nothing is. */
function faultOf({ status, headers }: Response, text: string, isPage = false): string | undefined {
  if (status < 400 || status > 499) return `${status} ${text.slice(0, 200)}`;
  if (isPage) return undefined;
  if (!headers.get('content-type')?.includes('application/problem+json'))
    return `no problem document: ${text.slice(0, 200)}`;
  const problem = JSON.parse(text) as { type?: string; status?: number; title?: string };
  if (problem.status !== status) return `its status is ${problem.status}, the answer's ${status}`;
  const page = `docs/problems/${problem.type?.split('/').at(-1)}.md`;
  if (!existsSync(join(repoRoot, page))) return `${page} is missing`;
  return undefined;
}
