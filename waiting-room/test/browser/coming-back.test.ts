/** 5.3: whatever happens to the page or the device, the place stays, and is one; on an old phone and a bad network, too. */
import { waitUntil } from '@sluice/service-kit/testing';
import { expect, test } from 'vitest';
import { launchChromium } from '../../../scripts/lib/launch-chromium.mjs';
import { dropKeys } from '../../src/queue/keys.ts';
import { joinCrowd, lineOf } from '../support/crowd.ts';
import { createDrop } from '../support/drop.ts';
import { setStage } from './support/stage.ts';
import type { Visitor } from './support/visitor.ts';

const stage = setStage();

/** The fourth in a line that stands still. */
async function fourth(options: Parameters<typeof stage.arrive>[1] = {}) {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  await joinCrowd(stage.room.url, drop, 3);
  const visitor = await stage.arrive(drop, options);
  await waitUntil(async () => (await visitor.text('figure')) === '4', { timeoutMs: 45_000 });
  return { drop, visitor, reference: await visitor.text('reference') };
}

const firstLeaves = (drop: string) => stage.redis.zremrangebyrank(dropKeys(drop).waiting, 0, 0);
const joins = ({ asked }: Visitor) => asked.filter((what) => what === 'POST tickets').length;

test('reloaded, and closed and opened again: the same place', async () => {
  const { drop, visitor, reference } = await fourth();
  const { page } = visitor;
  await page.reload();
  await waitUntil(async () => (await visitor.text('figure')) === '4');
  expect(await visitor.text('reference')).toBe(reference);
  const context = page.context();
  const url = page.url();
  await page.close();
  const opened = await context.newPage();
  await opened.goto(url);
  await waitUntil(async () => (await opened.textContent('#figure')) === '4');
  expect(await opened.textContent('#reference')).toBe(reference);
  expect(joins(visitor)).toBe(1);
  expect(await lineOf(stage.redis, drop)).toHaveLength(4);
});

test('the network is lost and comes back: the page says so, keeps what it knew, and goes on', async () => {
  const { drop, visitor, reference } = await fourth();
  const { page } = visitor;
  await page.context().setOffline(true);
  await page.evaluate(() => window.sluice.run(window.sluice.look));
  await visitor.sees('offline');
  expect(await visitor.text('figure')).toBe('4');
  await firstLeaves(drop);
  await page.context().setOffline(false);
  await waitUntil(async () => (await visitor.text('figure')) === '3', { timeoutMs: 45_000 });
  expect(await visitor.text('reference')).toBe(reference);
  expect(joins(visitor)).toBe(1);
});

test('the device sleeps: timers and streams stand still; awake, the page shows what is so now', async () => {
  const { drop, visitor, reference } = await fourth();
  const session = await visitor.page.context().newCDPSession(visitor.page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await firstLeaves(drop);
  await waitUntil(async () => (await stage.pulseOf(drop)).rankMap.total === 3);
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await waitUntil(async () => (await visitor.text('figure')) === '3', { timeoutMs: 45_000 });
  expect(await visitor.text('reference')).toBe(reference);
  expect(joins(visitor)).toBe(1);
});

test('away to another page and back, opened anew: the same place, up to date', async () => {
  const { drop, visitor, reference } = await fourth();
  const { page } = visitor;
  await page.goto('https://shop.example/p');
  await firstLeaves(drop);
  await waitUntil(async () => (await stage.pulseOf(drop)).rankMap.total === 3);
  await page.goBack();
  await waitUntil(async () => (await visitor.text('figure')) === '3', { timeoutMs: 45_000 });
  expect(await visitor.text('reference')).toBe(reference);
  expect(joins(visitor)).toBe(1);
});

test('away and back to the page as the browser has kept it: up to date without being opened anew', async () => {
  const browser = await launchChromium({ keepsPages: true });
  try {
    const { drop, visitor, reference } = await fourth({ browser });
    const { page } = visitor;
    await page.evaluate(() => {
      const asked: string[] = [];
      const ask = window.fetch;
      window.fetch = (...what) => {
        asked.push(String(what[0]));
        return ask(...what);
      };
      // Runs after the page's own: what that has asked for stands there already.
      addEventListener('pageshow', ({ persisted }) =>
        Object.assign(window, { kept: { persisted, asked: [...asked] } }),
      );
      addEventListener('pagehide', () => asked.splice(0));
    });
    await page.goto('https://shop.example/p');
    await firstLeaves(drop);
    await waitUntil(async () => (await stage.pulseOf(drop)).rankMap.total === 3);
    // No load comes to an end, which is what Playwright's own way back waits for.
    await page.evaluate(() => history.back()).catch(() => {});
    const kept = () => page.evaluate(() => (window as unknown as { kept?: object }).kept).catch(() => null);
    expect(await waitUntil(kept)).toEqual({ persisted: true, asked: [`/v1/drops/${drop}/pulse`] });
    await waitUntil(async () => (await visitor.text('figure')) === '3', { timeoutMs: 45_000 });
    expect(await visitor.text('reference')).toBe(reference);
    expect(joins(visitor)).toBe(1);
    expect(await lineOf(stage.redis, drop)).toHaveLength(3);
  } finally {
    await browser.close();
  }
});

/** As Chromium's own tools call it: 400 kbit/s, 400 ms there and back; a processor six times slower than this one. */
const OLD_PHONE = { latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000, offline: false };
const SLOWER = 6;

test('an old phone on a slow network that loses every third request: the page is there soon, and its place is one', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  await joinCrowd(stage.room.url, drop, 3);
  let requests = 0;
  const visitor = await stage.arrive(drop, {
    viewport: { width: 320, height: 640 },
    prepare: async (context, page) => {
      const session = await context.newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions', OLD_PHONE);
      await page.route(/\/(v1|w\/-)\//, (route) => (++requests % 3 === 1 ? route.abort() : route.continue()));
    },
  });
  await waitUntil(async () => (await visitor.text('figure')) === '4', { timeoutMs: 80_000 });
  const { painted, placed } = await visitor.page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    placed: performance.now(),
  }));
  console.log(
    `old phone, slow 3G: painted after ${Math.round(painted)} ms, its place after ${Math.round(placed)} ms`,
  );
  expect(requests).toBeGreaterThan(3);
  // The one that was lost, and the one that was answered.
  expect(joins(visitor)).toBe(2);
  expect(await lineOf(stage.redis, drop)).toHaveLength(4);
  expect(visitor.faults).toEqual([]);
}, 180_000);
