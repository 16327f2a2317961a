/** 5.1 without scripts: what a shopper's own page says and offers in each state; holding a turn longer and leaving, in forms. */
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropKeys, pageKey, stockKey } from '../../src/queue/keys.ts';
import { lineOf } from '../support/crowd.ts';
import { createDrop, newBind, tune } from '../support/drop.ts';
import { type Answer, send, startTestRoom, type TestRoom } from '../support/room.ts';

let room: TestRoom;
beforeAll(async () => {
  room = await startTestRoom();
});
afterAll(() => room.close());

/** Within what an address may ask for pages. */
const ASK_EVERY_MS = 300;

/** A browser without scripts that has taken a place: it keeps the cookie and follows what it is sent to. */
async function shopper(policy: Record<string, number> = {}) {
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 0, ...policy } });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  const query = `?return=${encodeURIComponent('https://shop.example/p')}&bind=${newBind()}`;
  let cookie = '';
  const ask = async (method: string, path: string): Promise<Answer> => {
    const answer = await send(room.url, method, path, { headers: { cookie } });
    const kept = answer.headers.get('set-cookie');
    if (kept) cookie = kept.split(';')[0] ?? '';
    return answer;
  };
  const at = (name: string) => `/w/${drop}/${name}${query}`;
  const joined = await ask('POST', at('join'));
  expect([joined.status, joined.headers.get('location')]).toEqual([303, at('place')]);
  const place = () => ask('GET', at('place'));
  const until = (state: string) =>
    waitUntil(
      async () => {
        const page = await place();
        return stateOf(page) === state ? page : null;
      },
      { everyMs: ASK_EVERY_MS },
    );
  return { drop, ask, at, place, until, cookie: () => cookie };
}

const stateOf = ({ text }: Answer) => /<main id="main" data-state="([^"]+)"/.exec(text)?.[1];
const labels = ({ text }: Answer) =>
  [...text.matchAll(/<(?:button|a) class="[^"]*"[^>]*>([^<]+)</g)].map(([, label]) => label);
const renews = ({ headers }: Answer) => headers.get('refresh') !== null;

test('leaving without scripts asks first, on a page that stands still; the answer gives the place up, or keeps it', async () => {
  const { drop, ask, at, until } = await shopper();
  const waiting = await until('waiting');
  expect(labels(waiting)).toEqual(['Look again', 'Keep up to date by itself', 'Leave the line']);
  expect(waiting.text).toContain(`href="${at('leave').replaceAll('&', '&#38;')}"`);
  const asked = await ask('GET', at('leave'));
  expect([asked.status, stateOf(asked), renews(asked)]).toEqual([200, 'leave', false]);
  expect(asked.text).toContain('Your place will be lost');
  expect(labels(asked)).toEqual(['Keep my place', 'Leave the line']);
  expect(await lineOf(room.redis, drop)).toHaveLength(1);
  const left = await ask('POST', at('leave'));
  expect([left.status, stateOf(left), labels(left)]).toEqual([200, 'left', ['Join again']]);
  expect(left.headers.get('set-cookie')).toContain('Max-Age=0');
  expect(await lineOf(room.redis, drop)).toEqual([]);
  // Nothing is left to leave: to the page, as for anybody.
  for (const method of ['GET', 'POST'])
    expect((await ask(method, at('leave'))).headers.get('location')).toMatch(/^\/w\/[^/]+\?/);
});

test('a called shopper without scripts goes in or holds the turn longer; in grace the page says until when', async () => {
  const { ask, at, drop, until, cookie } = await shopper({
    call_window_us: 120_000_000,
    grace_us: 600_000_000,
  });
  await tune(room.redis, drop, { rate_per_minute: 6000 });
  const called = await until('called');
  expect(called.text).toContain('Press the button to go to the shop.');
  expect(labels(called)).toEqual(['Go to the shop', 'Hold my turn longer (3 more times)', 'Leave the line']);
  const held = await ask('POST', at('extension'));
  expect([held.status, held.headers.get('location')]).toEqual([303, at('place')]);
  const later = await until('called');
  expect(labels(later)).toContain('Hold my turn longer (2 more times)');
  // Both windows end now, on the drop's clock.
  const { control, extended } = dropKeys(drop);
  const [number = ''] = await room.redis.zrange(extended, '0', '-1');
  await room.redis.zadd(extended, Number(await room.redis.hget(control, 'clock_us')), number);
  const grace = await until('grace');
  expect(labels(grace)).toEqual(['Go to the shop', 'Leave the line']);
  expect(grace.text).toContain('Held for you until');
  const status = await send(room.url, 'GET', `/v1/drops/${drop}/ticket`, { headers: { cookie: cookie() } });
  const leftMs = Date.parse(status.body.turnEndsAt) - Date.parse(status.body.asOf);
  expect(leftMs).toBeGreaterThan(500_000);
  expect(leftMs).toBeLessThan(610_000);
  // Refused or not, the place's page says how it stands.
  expect((await ask('POST', at('extension'))).headers.get('location')).toBe(at('place'));
  await until('grace');
});

test('5.1: sold out while waiting, a page without scripts says so, and until when places are kept, with the zone', async () => {
  const { drop, until } = await shopper();
  await tune(room.redis, drop, { sold_out: 1 });
  const { text } = await until('sold-out');
  expect(text).toContain('places are kept');
  expect(text).toMatch(/<dt>Places kept until<\/dt><dd>\d\d?:\d\d:\d\d [AP]M UTC</);
});

test('5.16: a page without scripts renews itself for whoever asked for that, not more often than it can be read, and never a turn (ADR 0146)', async () => {
  const { drop, ask, at, until } = await shopper();
  expect(renews(await until('waiting'))).toBe(false);
  const renewed = await ask('GET', `${at('place')}&renew=1`);
  expect(Number(renewed.headers.get('refresh'))).toBeGreaterThanOrEqual(15);
  expect(renewed.text).toContain('This page renews itself.');
  expect(renewed.text).not.toContain('http-equiv');
  expect(labels(renewed)).toEqual(['Stop renewing', 'Leave the line']);
  for (const other of ['0', 'yes', '%22'])
    expect(renews(await ask('GET', `${at('place')}&renew=${other}`)), other).toBe(false);
  // The shell's own form says it in its body, and every address after it keeps it.
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'renew=1' };
  const joined = await send(room.url, 'POST', at('join'), form);
  expect(joined.headers.get('location')).toBe(`${at('place')}&renew=1`);
  await tune(room.redis, drop, { rate_per_minute: 6000 });
  await until('called');
  const called = await ask('GET', `${at('place')}&renew=1`);
  expect([stateOf(called), renews(called)]).toEqual(['called', false]);
  expect(called.text).toContain('<input type="hidden" name="renew" value="1">');
});

test('5.1: whoever could not join is told so in words that hold without scripts, and may ask again', async () => {
  const refused = async (drop: string) => {
    await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
    return send(room.url, 'POST', `/w/${drop}/join?bind=${newBind()}&renew=1`);
  };
  const early = await refused(await createDrop(room.redis, { opensInMs: 3_600_000, lobbyMs: 1_800_000 }));
  expect([early.status, stateOf(early), renews(early)]).toEqual([409, 'scheduled', false]);
  expect(early.text).toContain('Come back then and join.');
  const full = await refused(await createDrop(room.redis, { policy: { max_waiting: 0 } }));
  expect([stateOf(full), renews(full)]).toEqual(['full', false]);
  for (const page of [early, full]) {
    expect(labels(page)).toEqual(['Join the line']);
    expect(page.text).toContain('&#38;renew=1"');
    expect(page.text).not.toContain('by itself');
  }
});

test('5.1: a page shows what is left of each product where the merchant wants it, and else not', async () => {
  const { drop, place } = await shopper();
  const products = [
    { sku: 'a', name: 'Aurora <Low>', priceMinor: 1, available: 1240 },
    { sku: 'b', name: 'Aurora High', priceMinor: 1, available: 0 },
    ...Array.from({ length: 12 }, (_, i) => ({ sku: `c${i}`, name: `C${i}`, priceMinor: 1, available: 1 })),
  ];
  await room.redis.hset(stockKey(drop), {
    version: '1',
    json: JSON.stringify({ currency: 'EUR', products }),
  });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/products`)).status === 200);
  expect((await place()).text).not.toContain('id="stock"');
  const page = JSON.parse((await room.redis.get(pageKey(drop))) ?? '');
  await room.redis.set(pageKey(drop), JSON.stringify({ ...page, showStock: true }));
  const { text } = await waitUntil(async () => {
    const answer = await place();
    return answer.text.includes('id="stock"') ? answer : null;
  });
  const rows = [...text.matchAll(/<dt dir="auto">([^<]*)<\/dt><dd>([^<]*)</g)].map(([, ...row]) => row);
  expect(rows.slice(0, 2)).toEqual([
    ['Aurora &#60;Low&#62;', '1,240 left'],
    ['Aurora High', 'none at the moment'],
  ]);
  expect(rows).toHaveLength(13);
  expect(rows.at(-1)).toEqual(['and 2 more', '']);
  // The checkout is silent: no picture rather than a wrong one.
  await room.redis.del(stockKey(drop));
  await waitUntil(async () => (await place()).text.includes('<div id="stock" hidden>'));
});
