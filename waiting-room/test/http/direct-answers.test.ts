import { connect } from 'node:net';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STATUS_PER_TICKET } from '../../src/rate-limits.ts';
import { createDrop, type DropSetup } from '../support/drop.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { joinDrop, send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';

let room: TestRoom;
beforeAll(async () => {
  room = await startTestRoom();
});
afterAll(() => room.close());

async function knownDrop(setup: DropSetup, phase: string): Promise<string> {
  const drop = await createDrop(room.redis, setup);
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body?.phase === phase);
  return drop;
}

let made = 0;
const nonce = () => `a-nonce-of-this-file-${++made}`;
const tickets = (drop: string) => `/v1/drops/${drop}/tickets`;
const join = (drop: string, body: unknown, headers: Record<string, string> = {}) =>
  send(room.url, 'POST', tickets(drop), { body, headers });

/** What two answers of the same route must share. */
function formOf({ status, headers, body }: Awaited<ReturnType<typeof send>>) {
  const differing = ['date', 'content-length', 'set-cookie', 'retry-after'];
  const names = [...headers].filter(([name]) => !differing.includes(name));
  return { status, fields: Object.keys(body), headers: Object.fromEntries(names), all: [...headers.keys()] };
}

test('a join answered before the router looks like one of the router, and is the same place again', async () => {
  const drop = await knownDrop({ opensInMs: 0 }, 'open');
  const one = nonce();
  const direct = await join(drop, { nonce: one });
  const routed = await join(drop, ` { "nonce": "${nonce()}" }`);
  expect(direct.status).toBe(201);
  expect(formOf(direct)).toEqual(formOf(routed));
  expect(direct.headers.get('set-cookie')?.replace(/=[^;]+/, '')).toBe(
    routed.headers.get('set-cookie')?.replace(/=[^;]+/, ''),
  );
  const again = await join(drop, { nonce: one });
  const againRouted = await join(drop, `{"nonce": "${one}"}`);
  for (const answer of [again, againRouted])
    expect([answer.status, answer.body.publicNumber]).toEqual([200, direct.body.publicNumber]);
});

test('promise 8: a join that is refused is refused in the same words before the router and by it', async () => {
  const refusals: [DropSetup, string][] = [
    [{ opensInMs: 3_600_000, lobbyMs: 1_800_000 }, 'scheduled'],
    [{ opensInMs: 0, policy: { override: 'draining' } }, 'draining'],
    [{ opensInMs: 0, policy: { override: 'closed' } }, 'closed'],
    [{ opensInMs: 0, policy: { max_waiting: 0 } }, 'open'],
  ];
  for (const [setup, phase] of refusals) {
    const drop = await knownDrop(setup, phase);
    const direct = await join(drop, { nonce: nonce() });
    const routed = await join(drop, ` {"nonce":"${nonce()}"}`);
    expect(direct.status, phase).toBeGreaterThanOrEqual(400);
    expect(formOf(direct)).toEqual(formOf(routed));
    expect({ ...direct.body, opensInMs: 0 }).toEqual({ ...routed.body, opensInMs: 0 });
  }
});

test('promise 8: what is the least bit different is the router’s: every fault is named, nothing hangs', async () => {
  const drop = await knownDrop({ opensInMs: 0 }, 'open');
  const bodies: [string, number][] = [
    ['{"nonce":"too-short"}', 400],
    ['{"nonce":"with spaces in it, oh"}', 400],
    [`{"nonce":"${'n'.repeat(65)}"}`, 400],
    ['{"nonce":1}', 400],
    [`{"nonce":"${nonce()}","x":1}`, 400],
    ['{"nonce":', 400],
    ['[]', 400],
    ['{}', 201],
    ['null', 201],
    [`{"nonce":"${nonce()}"} `, 201],
    [`{"nonce":"${'n'.repeat(16)}"}`, 201],
    [`{"nonce":"${'n'.repeat(64)}"}`, 201],
  ];
  for (const [body, status] of bodies) {
    const answer = await join(drop, body);
    expect([answer.status, body]).toEqual([status, body]);
    if (status === 400) expect(answer.body.errors[0].field).toMatch(/^body/);
  }
  const plain = { nonce: nonce() };
  expect((await join(drop, plain, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await join(drop, plain, { origin: 'https://other.example' })).status).toBe(403);
  expect((await join(drop, plain, { authorization: 'Ticket broken' })).status).toBe(401);
  expect((await join(drop, plain, { 'content-type': 'text/plain' })).status).toBe(400);
  expect((await join('no-such-drop', plain)).status).toBe(404);
  const ticket = (await join(drop, plain)).body.ticket;
  const holder = await join(drop, { nonce: nonce() }, { cookie: `x=1; wr_${drop}=${ticket}` });
  expect([holder.status, holder.body.ticket]).toEqual([200, ticket]);
});

test('a body that comes in pieces is waited for', async () => {
  const drop = await knownDrop({ opensInMs: 0 }, 'open');
  const { hostname, port } = new URL(room.url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify({ nonce: nonce() });
  const head = `POST ${tickets(drop)} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  for (const piece of [head, body.slice(0, 7), body.slice(7)]) {
    await new Promise((resolve) => socket.write(piece, resolve));
    // Each piece has been read before the next one is sent: another request has been answered meanwhile.
    await send(room.url, 'GET', `/v1/drops/${drop}/pulse`);
  }
  await waitUntil(() => answer.includes('"ticket":"'));
  expect(answer).toMatch(/^HTTP\/1.1 201 /);
  socket.destroy();
});

test('own status beyond the frontier: the same document before the router and by it, whatever the merchant writes', async () => {
  const drop = await knownDrop({ opensInMs: 0, policy: { rate_per_minute: 0 } }, 'open');
  await room.redis.set(
    `wr:page:${drop}`,
    JSON.stringify({ message: { de: 'Größe 42 – noch da ✓', xx: '\u0000' } }),
  );
  const ticket = await joinDrop(room.url, drop);
  const status = (query = '') =>
    send(room.url, 'GET', `/v1/drops/${drop}/ticket${query}`, { headers: ticketHeader(ticket) });
  await waitUntil(async () => (await status()).body.message?.de && (await status()).body.position === 1);
  const [direct, routed] = [await status(), await status('?by=router')];
  expect(direct.body).toMatchObject({
    state: 'waiting',
    position: 1,
    message: { de: 'Größe 42 – noch da ✓', xx: '\u0000' },
  });
  expect(formOf(direct)).toEqual(formOf(routed));
  expect({ ...direct.body, asOf: '' }).toEqual({ ...routed.body, asOf: '' });
});

test('1.10: own status has one limit, before the router and by it together', async () => {
  const drop = await knownDrop({ opensInMs: 0, policy: { rate_per_minute: 0 } }, 'open');
  const ticket = await joinDrop(room.url, drop);
  // Its minute begins with the first that asks: that of an instance where others have asked may end at any moment.
  const { url } = await room.another();
  await waitUntil(async () => (await send(url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  const status = (query: string) =>
    send(url, 'GET', `/v1/drops/${drop}/ticket${query}`, { headers: ticketHeader(ticket) });
  for (let count = 0; count < STATUS_PER_TICKET.max; count += 2)
    expect([(await status('')).status, (await status('?x')).status]).toEqual([200, 200]);
  const [direct, routed] = [await status(''), await status('?x')];
  expect(direct.status).toBe(429);
  expect(Number(direct.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(formOf(direct)).toEqual(formOf(routed));
});

test('1.12: both are counted and timed under their routes, with those that the router answers', async () => {
  const drop = await knownDrop({ opensInMs: 0, policy: { rate_per_minute: 0 } }, 'open');
  const count = async (method: string, route: string, status: number) => {
    const { text } = await send(room.internalUrl, 'GET', '/metrics');
    const line = text
      .split('\n')
      .find(
        (one) =>
          one.startsWith('http_request_duration_seconds_count') &&
          [`method="${method}"`, `route="${route}"`, `status="${status}"`].every((label) =>
            one.includes(label),
          ),
      );
    return Number(line?.split(' ').pop() ?? 0);
  };
  const joins = () => count('POST', '/v1/drops/:drop/tickets', 201);
  const statuses = () => count('GET', '/v1/drops/:drop/ticket', 200);
  const before = [await joins(), await statuses()] as const;
  const { ticket } = (await join(drop, { nonce: nonce() })).body;
  await join(drop, ` {"nonce":"${nonce()}"}`);
  for (const query of ['', '?x'])
    await send(room.url, 'GET', `/v1/drops/${drop}/ticket${query}`, { headers: ticketHeader(ticket) });
  await waitUntil(async () => (await joins()) === before[0] + 2 && (await statuses()) === before[1] + 2);
});

test('without Redis a join is 503 with the time to come back, also before the router', async () => {
  const server = await startRedisServer();
  const alone = await startTestRoom({ REDIS_URL: `redis://127.0.0.1:${server.port}` });
  const drop = await createDrop(alone.redis, { opensInMs: 0 });
  const ask = () => send(alone.url, 'POST', tickets(drop), { body: { nonce: nonce() } });
  await waitUntil(async () => (await ask()).status === 201);
  await server.kill();
  const answer = await waitUntil(async () => {
    const refused = await ask();
    return refused.status === 503 ? refused : null;
  });
  expect(answer.body.type).toContain('store-unavailable');
  expect(answer.headers.get('retry-after')).toBe('1');
  await alone.close();
  await server.remove();
});
