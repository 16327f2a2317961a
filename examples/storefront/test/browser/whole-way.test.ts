import { type MailServer, startMailServer, waitUntil } from '@sluice/service-kit/testing';
import pg from 'pg';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchChromium } from '../../../../scripts/lib/launch-chromium.mjs';
import { Shopper } from './support/shopper.ts';
import {
  rehearse,
  type ShopOfTest,
  type Shops,
  scheduleDrop,
  startShops,
  steer,
} from './support/start-shops.ts';

const OPENS_IN_SECONDS = 25;
/** Cookies without an attribute count as Lax only after two minutes: what works before may fail after. */
const LATE_MS = 121_000;
const TURN_TIMEOUT_MS = 120_000;
const TEST_TIMEOUT_MS = 240_000;
// All walks at once: those who wait for two minutes hold nobody up.
vi.setConfig({ maxConcurrency: 10 });

let mail: MailServer;
let shops: Shops;
let browser: Browser;

beforeAll(async () => {
  mail = await startMailServer();
  [shops, browser] = await Promise.all([startShops(mail.url), launchChromium()]);
  const { sameSite, crossSite, late } = shops;
  await Promise.all(
    [sameSite, crossSite, ...late].map(async (shop) => {
      await scheduleDrop(shops, shop, OPENS_IN_SECONDS);
      // However long browsers take to start and join on a busy machine: nobody is called before all have.
      await steer(shops, shop, 'pause');
    }),
  );
});

afterAll(async () => {
  await browser?.close();
  await shops?.stop();
  await mail?.close();
});

/** Orders paid and charges captured for a drop, from the checkout's and the payment provider's own books. */
async function booksOf(drop: string): Promise<{ orders: number; captured: number }> {
  const client = new pg.Client({ connectionString: shops.stack.databaseUrl });
  await client.connect();
  try {
    const orders = await client.query(
      `select count(*)::int as n from checkout.orders where drop_id = $1 and status = 'paid'`,
      [drop],
    );
    const charges = await client.query(
      `select count(*)::int as n from sandbox.charges c join checkout.reservations r on r.id::text = c.reference
       where r.drop_id = $1 and c.status = 'captured'`,
      [drop],
    );
    return { orders: orders.rows[0].n, captured: charges.rows[0].n };
  } finally {
    await client.end();
  }
}

const SHOPPERS_PER_DROP = 2;
const joined = new Map<ShopOfTest, number>();

/** @returns the id of the order */
async function wholeWay(shopper: Shopper, shop: ShopOfTest): Promise<string> {
  await shopper.joinFrom(shop.url, shops.roomUrl);
  joined.set(shop, (joined.get(shop) ?? 0) + 1);
  if (joined.get(shop) === SHOPPERS_PER_DROP) await steer(shops, shop, 'resume');
  await shopper.waitForTurn(shop.url, TURN_TIMEOUT_MS);
  return shopper.buy();
}

/** 5.8: what came by e-mail, after a declined attempt that named the same address. */
async function expectReceipt({ address }: Shopper, order: string): Promise<void> {
  const { text } = await mail.next(address);
  expect(text).toContain(order);
  expect(text).toContain('Aurora Low, size 42');
  expect(mail.mails.filter(({ to }) => to === address)).toHaveLength(1);
}

describe('landing, lobby, turn, purchase, paid order', { concurrent: true, timeout: TEST_TIMEOUT_MS }, () => {
  const walks = [
    { where: 'same', javaScript: true, colorScheme: 'light', viewport: { width: 1100, height: 800 } },
    { where: 'same', javaScript: false, colorScheme: 'light', viewport: { width: 360, height: 740 } },
    { where: 'cross', javaScript: true, colorScheme: 'dark', viewport: { width: 360, height: 740 } },
    { where: 'cross', javaScript: false, colorScheme: 'dark', viewport: { width: 1100, height: 800 } },
  ] as const;

  for (const { where, javaScript, ...look } of walks) {
    test(`Q33: with room and shop on ${where === 'same' ? 'one site' : 'different sites'}, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
      const shop = where === 'same' ? shops.sameSite : shops.crossSite;
      const shopper = await Shopper.enter(browser, {
        name: `${where} ${javaScript ? 'js' : 'plain'}`,
        javaScript,
        ...look,
      });
      await shopper.attempt(async ({ page, addresses }) => {
        const order = await wholeWay(shopper, shop);
        await expectReceipt(shopper, order);

        const cookies = await page.context().cookies(shop.url);
        const token = cookies.find(({ name }) => name === `sluice_token_${shop.drop}`)?.value ?? 'no token';
        const secret =
          cookies.find(({ name }) => name === `sluice_secret_${shop.drop}`)?.value ?? 'no secret';
        expect(token).toMatch(/^ey/);
        // Q33: neither may stand in an address or a Referer, where logs and other sites would see them.
        expect(addresses.filter((address) => address.includes(token) || address.includes(secret))).toEqual(
          [],
        );

        await page.goto(`${shop.url}/buy`);
        await page.getByRole('heading', { name: 'This turn is over' }).waitFor();
        await shopper.picture('turn-over');
      });
    });
  }

  for (const [index, javaScript] of [true, false].entries()) {
    test(
      `Q33: with the turn coming more than two minutes after the join, ${javaScript ? 'with' : 'without'} JavaScript`,
      async () => {
        const shopper = await Shopper.enter(browser, {
          name: `late ${javaScript ? 'js' : 'plain'}`,
          javaScript,
        });
        await shopper.attempt(async () => {
          const shop = shops.late[index] as ShopOfTest;
          await shopper.joinFrom(shop.url, shops.roomUrl);
          const joinedAt = performance.now();
          await waitUntil(() => performance.now() - joinedAt > LATE_MS, { timeoutMs: LATE_MS * 2 });
          expect(shopper.page.url(), 'nobody enters while the line is paused').toContain(shops.roomUrl);
          await steer(shops, shop, 'resume');
          await shopper.waitForTurn(shop.url, TURN_TIMEOUT_MS);
          await expectReceipt(shopper, await shopper.buy());
        });
      },
      LATE_MS + TEST_TIMEOUT_MS,
    );
  }
});

test('promise 3, promise 6: every shopper who walked the way has one order and one captured payment', async () => {
  for (const shop of [shops.sameSite, shops.crossSite]) {
    expect(await booksOf(shop.drop)).toEqual({ orders: 2, captured: 2 });
  }
  for (const shop of shops.late) expect(await booksOf(shop.drop)).toEqual({ orders: 1, captured: 1 });
});

test(
  'Q32: a copied token opens nothing in another browser',
  async () => {
    const owner = await Shopper.enter(browser, { name: 'owner', javaScript: true });
    const { crossSite } = shops;
    let token = '';
    await owner.attempt(async ({ page }) => {
      await page.goto(`${crossSite.url}/buy`);
      await owner.waitForTurn(crossSite.url, TURN_TIMEOUT_MS);
      const cookies = await page.context().cookies(crossSite.url);
      token = cookies.find(({ name }) => name === `sluice_token_${crossSite.drop}`)?.value ?? '';
    });
    expect(token).toMatch(/^ey/);

    const thief = await Shopper.enter(browser, { name: 'thief', javaScript: true });
    await thief.attempt(async ({ page }) => {
      await page
        .context()
        .addCookies([{ name: `sluice_token_${crossSite.drop}`, value: token, url: crossSite.url }]);
      const answer = await page.context().request.get(`${crossSite.url}/buy`, { maxRedirects: 0 });
      expect(answer.status()).toBe(302);
      expect(answer.headers().location).toContain(`${shops.roomUrl}/w/`);
      const api = await page
        .context()
        .request.post(`${crossSite.url}/checkout/v1/drops/${crossSite.drop}/session`);
      expect(api.status()).toBe(401);
    });
  },
  TEST_TIMEOUT_MS,
);

test(
  '4.4: staff walk the real shop by the link of a pass, to an order in the sandbox that the drop knows nothing of',
  async () => {
    const { crossSite } = shops;
    const before = await booksOf(crossSite.drop);
    const { copy, shopUrl } = await rehearse(shops, crossSite);
    const link = new URL(shopUrl);
    expect(link.origin).toBe(crossSite.url);
    link.searchParams.set('to', '/buy?quantity%3Alow-42=1');
    const staff = await Shopper.enter(browser, { name: 'staff', javaScript: true });
    await staff.attempt(async ({ page }) => {
      // The room hears of a new drop within a second.
      await waitUntil(async () => (await page.goto(link.href))?.status() === 200, { timeoutMs: 30_000 });
      expect(page.url()).toContain(`${shops.roomUrl}/w/${copy}`);
      expect(page.url()).not.toContain('pass=');
      await staff.waitForTurn(crossSite.url, TURN_TIMEOUT_MS);
      await staff.buy();
    });
    expect((await booksOf(copy)).orders).toBe(1);
    expect(await booksOf(crossSite.drop)).toEqual(before);
  },
  TEST_TIMEOUT_MS,
);
