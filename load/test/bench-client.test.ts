import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { shutDown } from '../../scripts/lib/processes.mjs';
import { requestText, saveRequests, UNIQUE } from '../bench/client/requests.ts';
import { saveWalks, TAKEN } from '../bench/client/walks.ts';
import { type Client, startBaseline, startClient } from '../bench/helpers.ts';
import { measureLevel, SHORT } from '../bench/measure.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-client-'));
const requestsFile = join(folder, 'requests.json');
const closing: (() => void)[] = [];
let client: Client;

beforeAll(async () => {
  saveRequests(requestsFile, [
    requestText({ method: 'POST', path: '/x', host: 'h', body: `{"n":"${UNIQUE}"}` }),
  ]);
  client = await startClient();
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(async () => {
  await shutDown();
  rmSync(folder, { recursive: true });
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** As many requests as it takes, in whatever time. */
const order = (port: number) => ({
  port,
  connections: 4,
  durationMs: 10_000,
  requestsMax: 300,
  expectedStatus: 201,
  requestsFile,
});

describe('the client of the benches', () => {
  test('every request is another one, answers are counted once, and no connection has two requests under way', async () => {
    const seen = new Set<string>();
    const underWay = new Map<unknown, number>();
    let most = 0;
    let requests = 0;
    const port = await serve((request, response) => {
      underWay.set(request.socket, (underWay.get(request.socket) ?? 0) + 1);
      most = Math.max(most, ...underWay.values());
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        requests++;
        seen.add(body);
        underWay.set(request.socket, 0);
        response.writeHead(201, { 'content-length': 11 }).end(`{"id":"ab"} `.slice(0, 11));
      });
    });
    const file = join(folder, 'collected');
    const result = await client.drive({ ...order(port), collect: { file, field: 'id', length: 2 } });
    expect(result.answers).toBe(requests);
    expect(seen.size).toBe(requests);
    expect(most).toBe(1);
    expect(result.bodyBytes).toBe(11);
    expect(readFileSync(file, 'utf8')).toBe('ab\n'.repeat(requests));
    expect(result.perSecond).toBeGreaterThan(0);
  });

  test('it stops at the number of requests it was given', async () => {
    let requests = 0;
    const port = await serve((_request, response) => {
      requests++;
      response.writeHead(201, { 'content-length': 0 }).end();
    });
    const { answers } = await client.drive({ ...order(port), requestsMax: 10 });
    expect([answers, requests]).toEqual([10, 10]);
  });

  test('one answer that is not the expected status fails the whole run, with its body', async () => {
    let count = 0;
    const port = await serve((_request, response) => {
      const body = 'no more';
      response.writeHead(++count === 20 ? 429 : 201, { 'content-length': body.length }).end(body);
    });
    await expect(client.drive(order(port))).rejects.toThrow('answered 429 instead of 201: no more');
  });

  test('a walk goes on with what its last answer said, and every one that began is gone to its end', async () => {
    const open = new Set<string>();
    const asked: string[] = [];
    const port = await serve((request, response) => {
      const [, step, id = ''] = request.url?.split('/') ?? [];
      if (step === 'open') open.add(id);
      else asked.push(id);
      const body = step === 'open' ? `{"id":"${id}"}` : '';
      response.writeHead(step === 'open' ? 201 : 204, { 'content-length': body.length }).end(body);
    });
    const walksFile = join(folder, 'walks.json');
    const text = (path: string) => requestText({ method: 'GET', path, host: 'h' });
    const kind = [
      { text: text('/open/{n}'), status: 201, take: { field: 'id', length: 12 } },
      { text: text(`/buy/${TAKEN}`), status: 204 },
    ];
    saveWalks(walksFile, { kinds: [kind], walks: Array.from({ length: 30 }, () => [0] as const) });
    const walks = { port, connections: 4, durationMs: 10_000, walksFile };
    const result = await client.drive({ ...walks, requestsMax: 20 });
    expect([result.answers, result.requests]).toEqual([20, 40]);
    expect(new Set(asked)).toEqual(open);
    expect(asked).toHaveLength(20);
    await expect(client.drive(walks), 'ten are left').rejects.toThrow('all 30 walks');
  });

  test('at a stated rate walks begin as shoppers come, and a slow server makes them wait, not fewer', async () => {
    let requests = 0;
    const port = await serve((_request, response) => {
      requests++;
      setTimeout(() => response.writeHead(201, { 'content-length': 0 }).end(), 20);
    });
    // One connection serves 50 a second at most; twice as many come in half a second.
    const one = { ...order(port), connections: 1, durationMs: 500 };
    const result = await client.drive({ ...one, arrivalsPerSecond: 100 });
    expect(result.answers).toBe(requests);
    expect(requests).toBeGreaterThan(25);
    expect(result.p99Ms, 'the last have waited for those before them').toBeGreaterThan(100);
  });

  test('a connection that the server closes fails the run', async () => {
    const port = await serve((request) => request.socket.destroy());
    await expect(client.drive(order(port))).rejects.toThrow(/connection/);
  });

  test('the bare server answers the route with the status and length of the real one, and parses the body', async () => {
    const baseline = await startBaseline({ method: 'POST', path: '/x', status: 201, answerBytes: 321 });
    const url = `http://127.0.0.1:${baseline.port}/x`;
    const json = { 'content-type': 'application/json' };
    const good = await fetch(url, { method: 'POST', headers: json, body: '{}' });
    expect([good.status, (await good.text()).length]).toEqual([201, 321]);
    expect((await fetch(url, { method: 'POST', headers: json, body: '{' })).status).toBe(400);
  });

  test('a level gives both sides, pair by pair, and what they cost', async () => {
    const route = { method: 'POST', path: '/x', status: 201, answerBytes: 10 } as const;
    const [service, baseline] = [await startBaseline(route), await startBaseline(route)];
    let storeMs = 0;
    const level = await measureLevel({
      client,
      service,
      baseline,
      connections: 8,
      timing: { ...SHORT, phaseMs: 300, pairs: 2 },
      requestsFile,
      expectedStatus: 201,
      storeCpuMs: async () => ++storeMs,
      note: () => {},
    });
    expect(level.pairs).toHaveLength(2);
    expect(level.answers).toBeGreaterThan(10);
    expect(level.ratio.min).toBeLessThanOrEqual(level.ratio.median);
    expect(level.storeCpuUs).toBeGreaterThan(0);
    if (process.platform === 'linux') {
      expect(level.serviceCpuUs).toBeGreaterThan(0);
      expect(level.clientCpuShare).toBeGreaterThan(0);
    }
  });
});
