/** 5.3: whatever happens to the page or the device, the place stays, and is one; on an old phone and a bad network, too. */
import { waitUntil } from '@sluice/service-kit/testing';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { launchChromium } from '../../../scripts/lib/launch-chromium.mjs';
import { dropKeys } from '../../src/queue/keys.ts';
import { joinCrowd, lineOf } from '../support/crowd.ts';
import { createDrop } from '../support/drop.ts';
import { SERVICE_TOKEN, send } from '../support/room.ts';
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
  await waitUntil(async () => (await visitor.text('figure')) === '4', { timeoutMs: 45_000 });
  expect(await visitor.text('reference')).toBe(reference);
  const context = page.context();
  const url = page.url();
  await page.close();
  const opened = await context.newPage();
  await opened.goto(url);
  await waitUntil(async () => (await opened.textContent('#figure')) === '4', {
    timeoutMs: 45_000,
  });
  expect(await opened.textContent('#reference')).toBe(reference);
  expect(joins(visitor)).toBe(1);
  expect(await lineOf(stage.redis, drop)).toHaveLength(4);
});

test('whoever has bought in a drop that allows one purchase is told so however often they come back', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, {
    policy: { rate_per_minute: 6000, rejoin_after_purchase: 'no' },
  });
  const visitor = await stage.arrive(drop);
  const url = visitor.page.url();
  // The form is heard of before the browser has gone where it leads.
  await visitor.page.getByRole('heading', { name: 'The shop' }).waitFor();
  const { jti } = decodeJwt(visitor.handedOver[0]?.get('token') ?? '');
  await send(stage.room.url, 'POST', `/v1/drops/${drop}/sessions/ended`, {
    headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
    body: { sessions: [{ jti, reason: 'paid' }] },
  });
  for (let visit = 1; visit <= 3; visit++) {
    await visitor.page.goto(url);
    await visitor.sees('done', 'closed');
    expect(await visitor.state(), `visit ${visit}`).toBe('done');
  }
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

/** What a page asks the room for when it is looked at again after a while, and when its network comes back. */
const askedOnReturn = ({ page }: Visitor) =>
  page.evaluate(() => {
    const asked: string[] = [];
    const [ask, now] = [window.fetch, Date.now];
    window.fetch = (...what) => {
      asked.push(`${what[1]?.method} ${String(what[0]).split('/').pop()}`);
      return ask(...what);
    };
    Date.now = () => now() + 60_000;
    document.dispatchEvent(new Event('visibilitychange'));
    dispatchEvent(new Event('online'));
    Object.assign(window, { fetch: ask });
    Date.now = now;
    return asked;
  });

test('whoever has left stays out when they look at the page again, in each of their tabs; whoever waits is brought up to date', async () => {
  const { drop, visitor } = await fourth();
  const { page } = visitor;
  const second = await page.context().newPage();
  const asked: string[] = [];
  second.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await second.goto(page.url());
  await waitUntil(async () => (await second.textContent('#figure')) === '4');
  expect(await askedOnReturn(visitor)).toContain('GET pulse');
  await page.getByRole('button', { name: 'Leave the line' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave the line' }).click();
  await visitor.sees('left');
  expect(await askedOnReturn(visitor)).toEqual([]);
  await waitUntil(async () => (await second.getAttribute('#main', 'data-state')) === 'left', {
    timeoutMs: 60_000,
    what: 'the other tab to say so',
  });
  expect(asked).not.toContain(`POST /v1/drops/${drop}/tickets`);
  expect(joins(visitor)).toBe(1);
  expect(await lineOf(stage.redis, drop)).toHaveLength(3);
});

test('an answer of before that comes late is not shown over what is so now', async () => {
  await stage.open({ STREAMS_MAX: '0' });
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const visitor = await stage.arrive(drop);
  const { page } = visitor;
  await waitUntil(async () => (await visitor.text('figure')) === '1', { timeoutMs: 45_000 });
  // The room's answer of before the leaving, on its way until after it.
  let isHeld: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    isHeld = resolve;
  });
  let release: () => void = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  const late = page.waitForResponse(/\/ticket$/);
  await page.route('**/ticket', async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const response = await route.fetch();
    isHeld();
    await isReleased;
    return route.fulfill({ response });
  });
  await page.evaluate(() => void window.sluice.run(window.sluice.look));
  await held;
  await page.getByRole('button', { name: 'Leave the line' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave the line' }).click();
  await visitor.sees('left');
  // All that the page shows from here on.
  await page.evaluate(() => {
    const shown: (string | undefined)[] = [];
    const main = document.getElementById('main');
    new MutationObserver(() => shown.push(main?.dataset.state)).observe(main as Node, { attributes: true });
    Object.assign(window, { shown });
  });
  release();
  await (await late).finished();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  expect(await page.evaluate(() => (window as unknown as { shown: string[] }).shown)).toEqual([]);
  expect(joins(visitor)).toBe(1);
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
