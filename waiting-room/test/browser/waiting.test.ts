/** What a shopper is told while they wait (5.1), as it changes on a real room: times, place, wait, progress, the merchant's words, stock, sold out. */
import { waitUntil } from '@sluice/service-kit/testing';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { dropKeys, pageKey, stockKey } from '../../src/queue/keys.ts';
import { createDrop, newTicket, tune } from '../support/drop.ts';
import { setStage } from './support/stage.ts';

const stage = setStage();

/** Label → value. */
const factsOf = (page: Page): Promise<Record<string, string>> =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll('#facts > div')].map((row) => [
        row.querySelector('dt')?.textContent,
        row.querySelector('dd')?.textContent,
      ]),
    ),
  );

/** Others who came before, straight into Redis. */
async function fill(drop: string, count: number): Promise<void> {
  const now = Number((await stage.redis.time())[0]) * 1e6;
  const entries = Array.from({ length: count }, (_, i) => [now + i, newTicket().number]).flat();
  await stage.redis.zadd(dropKeys(drop).waiting, ...(entries as [number, string]));
}

/** A device whose clock is so much ahead. */
const aheadBy = (ms: number) => (context: BrowserContext) =>
  context.addInitScript((shift) => {
    const now = Date.now;
    Date.now = () => now() + shift;
  }, ms);

for (const [device, shiftMs] of [
  ['an hour ahead', 3_600_000],
  ['an hour behind', -3_600_000],
] as const)
  test(`5.1: on a device whose clock is ${device} the countdown is the room’s, and the time of day is of the shopper’s own zone`, async () => {
    await stage.open();
    const drop = await createDrop(stage.redis, { opensInMs: 1_800_000, lobbyMs: 7_200_000, drawn: true });
    const visitor = await stage.arrive(drop, { timezoneId: 'Asia/Kolkata', prepare: aheadBy(shiftMs) });
    await visitor.sees('lobby');
    expect(await visitor.text('title')).toBe('You are in');
    expect(await visitor.text('lead')).toMatch(/^Places are drawn at random when the drop opens/);
    expect(await visitor.text('label')).toBe('Places are drawn in');
    const figure = await visitor.text('figure');
    expect(figure).toMatch(/^(30:00|29:[0-5]\d|28:[3-5]\d)$/);
    const opensAt = new Date((await stage.pulseOf(drop)).opensAt);
    expect((await factsOf(visitor.page)).Opens).toBe(
      opensAt.toLocaleTimeString('en-GB', { timeStyle: 'short', timeZone: 'Asia/Kolkata' }),
    );
    await waitUntil(async () => (await visitor.text('figure')) < figure);
    expect(visitor.faults).toEqual([]);
  });

test('5.1: in line the page says place, people before, a range for the wait, how far they have come, and when it was so', async () => {
  await stage.open({ STREAMS_MAX: '0' });
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  await fill(drop, 400);
  const visitor = await stage.arrive(drop);
  const { page } = visitor;
  await waitUntil(async () => (await visitor.text('figure')) === '401');
  expect(await visitor.text('label')).toBe('Your place');
  expect(await factsOf(page)).toEqual({
    'People before you': '400',
    'Expected wait': 'not known now',
    'Last updated': expect.stringMatching(/^\d\d:\d\d$/),
  });
  expect(await page.title()).toBe('401 · You are in line · A drop');
  await stage.redis.zremrangebyrank(dropKeys(drop).waiting, 0, 99);
  await tune(stage.redis, drop, { rate_per_minute: 30 });
  await waitUntil(async () => (await stage.pulseOf(drop)).ratePerMinute === 30);
  // Woken once: what it asks again before an answer is there makes that answer one of before.
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await waitUntil(async () => /^\d+–\d+ minutes$/.test((await factsOf(page))['Expected wait'] ?? ''), {
    timeoutMs: 60_000,
  });
  const gone = await page.evaluate(() =>
    document.getElementById('channel')?.style.getPropertyValue('--gone'),
  );
  expect(Number(gone)).toBeGreaterThanOrEqual(0.2);
  expect(await page.locator('#channel').isVisible()).toBe(true);
  // Told aloud when the shopper has time for it, and nothing else on the page is.
  expect(
    await page.locator('[role=status]:not(footer *)').evaluateAll((all) => all.map(({ id }) => id)),
  ).toEqual(['say']);
  expect(visitor.faults).toEqual([]);
});

test('5.1: the merchant’s message in the shopper’s language, stock as it sells, and sold out while waiting: the place stays', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const content = JSON.parse((await stage.redis.get(pageKey(drop))) ?? '');
  const say = (message: object) =>
    stage.redis.set(pageKey(drop), JSON.stringify({ ...content, message, showStock: true }));
  const sell = (available: number, version: string) =>
    stage.redis.hset(stockKey(drop), {
      version,
      json: JSON.stringify({
        currency: 'EUR',
        products: [{ sku: 'a', name: 'Aurora Low', priceMinor: 1, available }],
      }),
    });
  await say({ en: 'Two pairs per person.', de: 'Zwei Paar pro Person.' });
  await sell(1240, '1');
  await waitUntil(async () => (await fetch(`${stage.room.url}/v1/drops/${drop}/products`)).ok);
  const visitor = await stage.arrive(drop, { locale: 'de-DE' });
  await waitUntil(async () => (await visitor.text('figure')) === '1');
  const reference = await visitor.text('reference');
  await waitUntil(async () => (await visitor.text('message')) === 'Zwei Paar pro Person.');
  await waitUntil(async () => (await visitor.text('stock')).includes('Aurora Lownoch 1.240'));
  await say({ en: 'Short of size 42.' });
  await sell(3, '2');
  await waitUntil(async () => (await visitor.text('message')) === 'Short of size 42.');
  await waitUntil(async () => (await visitor.text('stock')).includes('Aurora Lownoch 3'));
  await tune(stage.redis, drop, { sold_out: 1 });
  await visitor.sees('sold-out');
  expect(await visitor.text('lead')).toContain('Die Plätze bleiben bestehen');
  expect(await visitor.text('figure')).toBe('1');
  await tune(stage.redis, drop, { sold_out: 0 });
  await visitor.sees('waiting', 'soon');
  expect(await visitor.text('reference')).toBe(reference);
  expect(visitor.asked.filter((what) => what === 'POST tickets')).toHaveLength(1);
  expect(visitor.faults).toEqual([]);
});

test('5.1: the turn rings where that was asked for, once; a room in trouble is not a place lost', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const visitor = await stage.arrive(drop);
  const { page } = visitor;
  await waitUntil(async () => (await visitor.text('figure')) === '1');
  // No test machine has ears: what is played counts.
  await page.evaluate(() => {
    const played: number[] = [];
    class Node {
      gain = { setValueAtTime() {}, exponentialRampToValueAtTime() {} };
      connect(next: unknown) {
        return next;
      }
      start() {
        played.push(1);
      }
      stop() {}
    }
    const AudioContext = class {
      currentTime = 0;
    };
    Object.assign(window, { played, AudioContext, OscillatorNode: Node, GainNode: Node });
  });
  const played = () => page.evaluate(() => (window as unknown as { played: number[] }).played.length);
  await page.getByLabel('Ask me before moving on').check();
  await page.getByLabel('Play a sound when it is my turn').check();
  // So that it is known what to wait for.
  expect(await played()).toBe(3);
  await page.route('**/v1/**', (route) =>
    route.fulfill({ status: 503, headers: { 'retry-after': '2' }, json: { type: 'https://x/overloaded' } }),
  );
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await visitor.sees('busy');
  expect(await visitor.text('reference')).not.toBe('');
  await page.unroute('**/v1/**');
  await visitor.sees('waiting', 'soon');
  await tune(stage.redis, drop, { rate_per_minute: 6000 });
  await visitor.sees('turn');
  expect(await played()).toBe(6);
  const { asked } = visitor;
  const looks = () => asked.filter((what) => what === 'GET ticket').length;
  const before = looks();
  await waitUntil(() => looks() > before + 1);
  expect(await played()).toBe(6);
  expect(visitor.faults).toEqual([]);
});
