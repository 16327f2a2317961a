import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropKeys, stockKey } from '../../src/queue/keys.ts';
import { createDrop, newBind } from '../support/drop.ts';
import { SERVICE_TOKEN, send, startTestRoom, type TestRoom } from '../support/room.ts';

let room: TestRoom;
let drop: string;
beforeAll(async () => {
  room = await startTestRoom();
  drop = await createDrop(room.redis);
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
});
afterAll(() => room.close());

const capacity = {
  seq: 1,
  at: '2026-01-01T00:00:00Z',
  sellable: 5,
  held: 1,
  inside: 2,
  insideWithoutHold: 1,
  opened: [] as string[],
};
const ended = { sessions: [{ jti: newBind(), reason: 'paid' }] };
const headers = { authorization: `Bearer ${SERVICE_TOKEN}` };
const post = (name: string, body: unknown, sent: Record<string, string> = headers) =>
  send(room.url, 'POST', `/v1/drops/${drop}/${name}`, { headers: sent, body });

test('promise 3: the checkout’s routes take the service token and nothing else, and answer 401 alike', async () => {
  for (const [name, body] of [
    ['capacity', capacity],
    ['sessions/ended', ended],
  ] as const) {
    for (const sent of [
      {},
      { authorization: 'Bearer ' },
      { authorization: `Bearer ${SERVICE_TOKEN}x` },
      { authorization: `Bearer ${SERVICE_TOKEN.slice(0, -1)}` },
      { authorization: `Basic ${SERVICE_TOKEN}` },
      { authorization: `Ticket ${SERVICE_TOKEN}` },
    ] as Record<string, string>[]) {
      const answer = await post(name, body, sent);
      expect([name, answer.status, answer.body.type.split('/').pop()]).toEqual([name, 401, 'unauthorized']);
    }
    expect((await post(name, body)).status).toBe(204);
  }
});

test('promise 8: a bad report is 400 and names the field; nothing of it is taken', async () => {
  const before = await room.redis.hgetall(dropKeys(drop).control);
  const many = (count: number) => Array.from({ length: count }, () => newBind());
  const cases: [string, unknown, string][] = [
    ['capacity', { ...capacity, seq: -1 }, 'body.seq'],
    ['capacity', { ...capacity, seq: 2 ** 53 }, 'body.seq'],
    ['capacity', { ...capacity, sellable: 1.5 }, 'body.sellable'],
    ['capacity', { ...capacity, held: 'three' }, 'body.held'],
    ['capacity', { ...capacity, inside: 2 ** 31 + 1 }, 'body.inside'],
    ['capacity', { ...capacity, opened: ['x'] }, 'body.opened.0'],
    ['capacity', { ...capacity, opened: many(501) }, 'body.opened'],
    ['capacity', { ...capacity, breaker: 'ajar' }, 'body.breaker'],
    ['capacity', { ...capacity, poolWaitMs: -1 }, 'body.poolWaitMs'],
    ['capacity', { ...capacity, insideWithoutHold: undefined }, 'body.insideWithoutHold'],
    ['sessions/ended', {}, 'body.sessions'],
    ['sessions/ended', { sessions: [] }, 'body.sessions'],
    ['sessions/ended', { sessions: [{ jti: 'x', reason: 'paid' }] }, 'body.sessions.0.jti'],
    ['sessions/ended', { sessions: [{ jti: newBind(), reason: 'gone' }] }, 'body.sessions.0.reason'],
    ['sessions/ended', { sessions: many(501).map((jti) => ({ jti, reason: 'paid' })) }, 'body.sessions'],
  ];
  for (const [name, body, field] of cases) {
    const answer = await post(name, body);
    expect([field, answer.status]).toEqual([field, 400]);
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  }
  const after = await room.redis.hgetall(dropKeys(drop).control);
  for (const field of ['cap_seq', 'cap_sellable', 'cap_at_us']) expect(after[field]).toBe(before[field]);
});

test('Q30: five hundred at once are taken; an older report is answered like a new one and changes nothing', async () => {
  const opened = Array.from({ length: 500 }, () => newBind());
  expect((await post('capacity', { ...capacity, seq: 10, opened })).status).toBe(204);
  expect((await post('capacity', { ...capacity, seq: 9, sellable: 99 })).status).toBe(204);
  expect(await room.redis.hmget(dropKeys(drop).control, 'cap_seq', 'cap_sellable')).toEqual(['10', '5']);
  const sessions = opened.map((jti) => ({ jti, reason: 'released' }));
  expect((await post('sessions/ended', { sessions })).status).toBe(204);
});

test('products: 404 while the checkout has published nothing, then its own bytes, cacheable for a second', async () => {
  const products = () => send(room.url, 'GET', `/v1/drops/${drop}/products`);
  const none = await products();
  expect([none.status, none.body.type.split('/').pop()]).toEqual([404, 'no-stock-picture']);
  const picture = '{"currency":"EUR","products":[{"sku":"a","name":"Ä","priceMinor":1,"available":2}]}';
  await room.redis.hset(stockKey(drop), { version: 1, json: picture });
  const answer = await waitUntil(async () => {
    const now = await products();
    return now.status === 200 ? now : null;
  });
  expect(answer.text).toBe(picture);
  expect(answer.headers.get('cache-control')).toContain('max-age=1');
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  await waitUntil(
    async () =>
      (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body.stock?.products[0].available === 2,
  );
  // Half a picture must not break the pulse.
  await room.redis.hset(stockKey(drop), { version: 2, json: '{"currency":' });
  await waitUntil(
    async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body.stock === undefined,
  );
});

test('promise 3: a public number is no proof anywhere: it reads nothing and moves nothing', async () => {
  const joined = await send(room.url, 'POST', `/v1/drops/${drop}/tickets`);
  const number = joined.body.publicNumber;
  for (const [method, name] of [
    ['GET', 'ticket'],
    ['DELETE', 'ticket'],
    ['POST', 'ticket/extension'],
  ] as const) {
    for (const authorization of [`Ticket ${number}`, `Bearer ${number}`]) {
      const answer = await send(room.url, method, `/v1/drops/${drop}/${name}`, {
        headers: { authorization },
      });
      expect(answer.status).toBe(401);
    }
    const query = await send(room.url, method, `/v1/drops/${drop}/${name}?number=${number}`);
    expect(query.status).toBe(401);
  }
});

test('3.5: the list of revocations is public, holds public numbers only, and is not sent twice', async () => {
  const path = `/v1/drops/${drop}/revocations`;
  const before = await send(room.url, 'GET', path);
  expect(before).toMatchObject({ status: 200, body: { drop } });
  const jti = newBind();
  expect((await post('sessions/ended', { sessions: [{ jti, reason: 'revoked' }] })).status).toBe(204);
  const after = await waitUntil(
    async () => {
      const answer = await send(room.url, 'GET', path);
      return answer.body.revoked.includes(jti) && answer;
    },
    { what: 'the number on the list' },
  );
  const etag = after.headers.get('etag') ?? '';
  expect(etag).not.toBe(before.headers.get('etag'));
  expect(after.headers.get('cache-control')).toBe('public, max-age=1, s-maxage=1');
  const again = await fetch(new URL(path, room.url), { headers: { 'if-none-match': etag } });
  expect([again.status, await again.text()]).toEqual([304, '']);
  expect((await send(room.url, 'GET', '/v1/drops/no-such-drop/revocations')).status).toBe(404);
});

test('4.12: how the checkout is doing stands beside what it reports, and nothing else of a report does', async () => {
  const seq = 1000;
  const vitals = { latencyMs: 12.5, errorRate: 0.25, breaker: 'half-open', poolWaitMs: 3 };
  expect((await post('capacity', { ...capacity, seq, ...vitals, gossip: 'x' })).status).toBe(204);
  const kept = async () => JSON.parse((await room.redis.hget(dropKeys(drop).control, 'cap_vitals')) ?? '');
  expect(await kept()).toEqual(vitals);
  // A checkout that does not say is not what it was.
  expect((await post('capacity', { ...capacity, seq: seq + 1 })).status).toBe(204);
  expect(await kept()).toEqual({});
});
