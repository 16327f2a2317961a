/** The shop's pages in Chromium, with a room and a checkout of scripted answers: stock that moves, and a narrow screen. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../../../scripts/lib/launch-chromium.mjs';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { DROP, furnishRoom, startUpstream, type Upstream } from '../support/upstreams.ts';

const ID = '8c3d9a52-6c1e-4a53-9d0c-1f3f2b9c7e01';
const BOUGHT = {
  id: ID,
  lines: [
    { sku: 'low-42', quantity: 1 },
    { sku: 'low-43', quantity: 2 },
  ],
  amountMinor: 38_700,
  currency: 'EUR',
};

let browser: Browser;
let room: Upstream;
let checkout: Upstream;
let app: FastifyInstance;
let url: string;
let admit: ReturnType<typeof furnishRoom>;
beforeAll(async () => {
  [browser, room, checkout] = await Promise.all([launchChromium(), startUpstream(), startUpstream()]);
  admit = furnishRoom(room);
  const soon = new Date(Date.now() + 600_000).toISOString();
  checkout.answers.set(`POST /v1/drops/${DROP}/session`, { status: 201, body: { expiresAt: soon } });
  checkout.answers.set(`GET /v1/reservations/${ID}`, {
    body: { ...BOUGHT, status: 'held', expiresAt: soon },
  });
  checkout.answers.set(`GET /v1/orders/${ID}`, {
    body: { ...BOUGHT, status: 'paid', createdAt: '2026-11-24T12:01:00Z' },
  });
  app = await buildApp(
    readConfig({
      LOG_LEVEL: 'silent',
      PUBLIC_URL: 'http://localhost:8000',
      ROOM_PUBLIC_URL: room.url,
      CHECKOUT_URL: checkout.url,
      DROP,
    }),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
  await Promise.all([room?.close(), checkout?.close()]);
});

async function openPage(options: Parameters<Browser['newContext']>[0]): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ locale: 'en-GB', ...options });
  const { cookie } = await admit();
  const cookies = cookie.split('; ').map((pair) => pair.split('=') as [string, string]);
  await context.addCookies(cookies.map(([name, value]) => ({ name, value, url })));
  return context.newPage();
}

/** Takes one pair of a size off the shelf. */
function sellOne(sku: string): void {
  const answer = room.answers.get(`GET /v1/drops/${DROP}/products`);
  const { currency, products } = Object(answer?.body) as {
    currency: string;
    products: { sku: string; available: number }[];
  };
  const left = products.map((product) =>
    product.sku === sku ? { ...product, available: product.available - 1 } : product,
  );
  room.answers.set(`GET /v1/drops/${DROP}/products`, { body: { currency, products: left } });
}

describe('5.15: the shop', () => {
  test('live stock: what is sold elsewhere is gone from the page that somebody looks at, by figure and by colour', async () => {
    const page = await openPage({});
    await page.goto(`${url}/shoes/aurora-low`);
    const stock = page.locator('.stock[data-sku="low-43"]');
    expect([await stock.textContent(), await stock.getAttribute('data-level')]).toEqual(['3 left', 'few']);
    for (let pairs = 0; pairs < 3; pairs++) sellOne('low-43');
    await page.locator('.stock[data-sku="low-43"][data-level="none"]').waitFor();
    expect(await stock.textContent()).toBe('Sold out');
    await page.context().close();
  });

  const PAGES = [
    '/',
    '/shoes/aurora-low',
    '/buy?sku=low-42',
    `/hold/${ID}?problem=declined`,
    `/order/${ID}`,
    '/nothing',
  ];

  test.each(['light', 'dark'] as const)('no page is wider than a small phone, %s', async (colorScheme) => {
    const page = await openPage({ colorScheme, viewport: { width: 320, height: 640 } });
    for (const path of PAGES) {
      await page.goto(url + path);
      await page.locator('main h1').waitFor();
      const [scrollWidth, clientWidth] = await page.evaluate(() => {
        const { scrollWidth: whole, clientWidth: seen } = document.documentElement;
        return [whole, seen] as const;
      });
      expect([path, scrollWidth <= clientWidth]).toEqual([path, true]);
    }
    await page.context().close();
  });
});
