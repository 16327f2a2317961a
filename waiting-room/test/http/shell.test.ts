/** 5.6: the shell is answered before the router where everybody is alike, and then exactly as the router would; 5.7: never for an address that is not the shop's. */
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageKey } from '../../src/queue/keys.ts';
import { createDrop, newBind } from '../support/drop.ts';
import { RETURN_TRICKS } from '../support/return-tricks.ts';
import { joinDrop, send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';

let room: TestRoom;
let drop: string;
beforeAll(async () => {
  room = await startTestRoom();
  drop = await createDrop(room.redis);
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
});
afterAll(() => room.close());

const SHOP = encodeURIComponent('https://shop.example/p?size=42');
const open = (query: string, headers: Record<string, string> = {}) =>
  send(room.url, 'GET', `/w/${drop}${query}`, {
    headers: { 'accept-encoding': 'gzip', 'accept-language': 'de', ...headers },
  });

test('before the router and in it the shell has the same bytes and the same headers', async () => {
  const bind = newBind();
  const [first, routed] = [
    await open(`?return=${SHOP}&bind=${bind}`),
    await open(`?bind=${bind}&return=${SHOP}`),
  ];
  const headersOf = ({ headers }: typeof first) =>
    [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)).sort();
  expect([first.status, routed.status]).toEqual([200, 200]);
  expect(headersOf(first)).toEqual(headersOf(routed));
  expect(first.text).toBe(routed.text);
  // 5.6: an edge may keep it for a moment, and goes on with it while the room is away; nothing in it is one shopper's.
  expect(first.headers.get('cache-control')).toBe(
    'public, max-age=0, s-maxage=10, stale-while-revalidate=60, stale-if-error=600',
  );
  expect(first.headers.get('vary')).toBe('Accept-Encoding, Accept-Language');
  expect(first.headers.get('set-cookie')).toBeNull();
  expect(first.text).toContain('<html lang="de">');
  expect((await open(`?return=${SHOP}&bind=${bind}`, { 'accept-language': 'fr' })).text).toContain(
    'lang="fr"',
  );
  const etag = first.headers.get('etag') ?? '';
  expect((await open(`?return=${SHOP}&bind=${bind}`, { 'if-none-match': etag })).status).toBe(304);
  const plain = await open(`?return=${SHOP}&bind=${bind}`, { 'accept-encoding': 'identity' });
  expect([plain.headers.get('content-encoding'), plain.text === first.text]).toEqual([null, true]);
});

test('what differs in the least goes to the router: no binding, another address, a preview, a drop that is not there', async () => {
  const bind = newBind();
  const evil = encodeURIComponent('https://evil.example/');
  expect((await open(`?return=${SHOP}&bind=short`)).headers.get('location')).toContain(
    'https://shop.example',
  );
  for (const query of [`?return=${evil}&bind=${bind}`, `?return=${evil}&bind=${bind}`]) {
    const away = await open(query);
    expect([away.status, away.headers.get('location')]).toEqual([302, `/w/${drop}?bind=${bind}`]);
  }
  const preview = await open(`?return=${SHOP}&bind=${bind}&preview=x`);
  expect(preview.status).toBe(403);
  const nowhere = await send(room.url, 'GET', `/w/nowhere?return=${SHOP}&bind=${bind}`);
  expect(nowhere.status).toBe(404);
});

test('a shop that a drop allows no longer is refused from the next view on', async () => {
  const query = () => `?return=${SHOP}&bind=${newBind()}`;
  expect((await open(query())).status).toBe(200);
  const page = JSON.parse((await room.redis.get(pageKey(drop))) ?? '');
  await room.redis.set(pageKey(drop), JSON.stringify({ ...page, returnOrigins: ['https://other.example'] }));
  await waitUntil(async () => (await open(query())).status === 302);
  await room.redis.set(pageKey(drop), JSON.stringify(page));
  await waitUntil(async () => (await open(query())).status === 200);
});

/** Where an answer sends a browser, as a browser reads it. */
const leadsTo = ({ headers }: { readonly headers: Headers }) =>
  new URL(headers.get('location') ?? '/', room.url).origin;

test('5.7: no trick in a return address leads a shopper away: page, joining, leaving, holding longer, and both ways in', async () => {
  expect(RETURN_TRICKS.length).toBeGreaterThanOrEqual(60);
  const ticket = await joinDrop(room.url, drop);
  const headers = ticketHeader(ticket);
  await waitUntil(
    async () => (await send(room.url, 'GET', `/v1/drops/${drop}/ticket`, { headers })).body.called,
  );
  const own = new URL(room.url).origin;
  for (const trick of RETURN_TRICKS) {
    const bind = newBind();
    const query = `?return=${encodeURIComponent(trick)}&bind=${bind}`;
    const page = await open(query);
    // Too long an address is no address of a page at all.
    expect([302, 400], trick).toContain(page.status);
    expect(leadsTo(page), trick).toBe(own);
    for (const form of ['join', 'leave', 'extension']) {
      const answer = await send(room.url, 'POST', `/w/${drop}/${form}${query}`);
      expect(leadsTo(answer), `${form} ${trick}`).toBe(own);
    }
    const entered = await send(room.url, 'POST', `/w/${drop}/admission`, {
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ bind, return: trick }).toString(),
    });
    expect(entered.text, trick).not.toContain('name="token"');
    expect(leadsTo(entered), trick).toBe(own);
    const asked = await send(room.url, 'POST', `/v1/drops/${drop}/admission`, {
      headers,
      body: { bind, returnTo: trick },
    });
    expect([asked.status, asked.body.token], trick).toEqual([400, undefined]);
    expect(asked.body.errors?.[0]?.field, trick).toBe('body.returnTo');
  }
  // The turn is still there for whoever asks rightly.
  const good = { bind: newBind(), returnTo: 'https://shop.example/p' };
  const entry = await send(room.url, 'POST', `/v1/drops/${drop}/admission`, { headers, body: good });
  expect([200, 202]).toContain(entry.status);
});
