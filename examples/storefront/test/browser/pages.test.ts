/**
 * Every page of the shop in every state, as people meet it (5.15): readable by everyone (axe, no rule off), light and dark, on a desk
 * and on a narrow phone. Room and checkout answer by script, so that each state can be had; whole-way.test.ts meets the real
 * ones. `UPDATE_SCREENS=1` writes what it sees to docs/screens.
 */
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { isLong } from '@sluice/service-kit/testing';
import type { FastifyInstance } from 'fastify';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../../../scripts/lib/launch-chromium.mjs';
import { freePort } from '../../../../scripts/lib/ports.mjs';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { DROP, furnishRoom, startUpstream, type Upstream } from '../support/upstreams.ts';

const SCREENS = fileURLToPath(new URL('../../../../docs/screens/', import.meta.url));
const ID = '8c3d9a52-6c1e-4a53-9d0c-1f3f2b9c7e01';
const LATER = new Date(Date.now() + 3_600_000).toISOString();
const HOLD = {
  ...{ id: ID, drop: DROP, status: 'held', amountMinor: 38_700, currency: 'EUR', expiresAt: LATER },
  lines: [
    { sku: 'low-42', quantity: 2 },
    { sku: 'low-43', quantity: 1 },
  ],
};
const problem = (name: string) => ({ type: `https://sluice.dev/problems/${name}` });
/** In the long run each scheme at each width. */
const LOOKS = [
  { colorScheme: 'light', width: 1280, height: 900 },
  { colorScheme: 'dark', width: 320, height: 640 },
  ...(isLong
    ? ([
        { colorScheme: 'dark', width: 1280, height: 900 },
        { colorScheme: 'light', width: 320, height: 640 },
      ] as const)
    : []),
] as const;

let room: Upstream;
let checkout: Upstream;
const apps: FastifyInstance[] = [];
let url: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  [room, checkout, browser] = await Promise.all([startUpstream(), startUpstream(), launchChromium()]);
  url = await openShop();
  context = await browser.newContext({ locale: 'en-GB' });
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all(apps.map((app) => app.close()));
  await Promise.all([room?.close(), checkout?.close()]);
});

/** @returns where it is */
async function openShop(): Promise<string> {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const app = await buildApp(
    readConfig({
      ...{ LOG_LEVEL: 'silent', PUBLIC_URL: publicUrl, ROOM_PUBLIC_URL: room.url },
      ...{ CHECKOUT_URL: checkout.url, DROP, RECEIPTS: 'on' },
    }),
  );
  apps.push(app);
  await app.listen({ host: '127.0.0.1', port });
  return publicUrl;
}

/** The shop hears of it within a second or two. */
function tellFacts(phase = 'open', left: readonly number[] = [12, 3, 0]) {
  room.answers.set(`GET /v1/drops/${DROP}/pulse`, { body: { phase, opensAt: LATER } });
  const [a = 0, b = 0, c = 0] = left;
  const shoe = (sku: string, name: string, available: number) => ({
    ...{ sku, name, available },
    priceMinor: 12_900,
  });
  room.answers.set(`GET /v1/drops/${DROP}/products`, {
    body: {
      currency: 'EUR',
      products: [
        shoe('low-42', 'Aurora Low, size 42', a),
        shoe('low-43', 'Aurora Low, size 43', b),
        shoe('low-44', 'Aurora Low, size 44', c),
        shoe('mid-42', 'Meridian Mid, size 42', a),
      ],
    },
  });
}

interface State {
  readonly name: string;
  readonly path: string;
  /** Part of the heading by which it is known. */
  readonly heading: RegExp;
  /** What room and checkout answer in it. */
  readonly when?: () => void;
  /** What is done on the page. */
  readonly act?: () => Promise<void>;
}

const session = (status: number, body: unknown) => () =>
  checkout.answers.set(`POST /v1/drops/${DROP}/session`, { status, body });
const hold = (status: string) => () =>
  checkout.answers.set(`GET /v1/reservations/${ID}`, { body: { ...HOLD, status } });
const payment = (status: number, body: unknown) => () => {
  hold('held')();
  checkout.answers.set(`POST /v1/reservations/${ID}/payment`, { status, body });
};
const pay = (receiptTo: string) => async () => {
  await page.getByLabel('E-mail').fill(receiptTo);
  await page.getByRole('button', { name: 'Pay' }).click();
  await page.getByRole('alert').waitFor();
};
const refusal = {
  ...problem('invalid-request'),
  errors: [{ field: 'body.receiptTo', reason: 'no address' }],
};
const order = { ...HOLD, status: 'paid', createdAt: '2026-11-24T12:01:00Z' };

const STATES: readonly State[] = [
  { name: 'front', path: '/', heading: /One run/ },
  { name: 'product', path: '/shoes/aurora-low', heading: /Aurora Low/ },
  { name: 'cart', path: '/buy?sku=low-42', heading: /Your cart/ },
  { name: 'cart-sold-out', path: '/buy?quantity%3Alow-42=2&problem=sold-out', heading: /Your cart/ },
  { name: 'hold', path: `/hold/${ID}`, heading: /Pay and it is yours/, when: hold('held') },
  {
    ...{ name: 'declined', path: `/hold/${ID}`, heading: /Pay and it is yours/ },
    when: payment(402, problem('declined')),
    act: pay('mila@example.com'),
  },
  {
    ...{ name: 'receipt-refused', path: `/hold/${ID}`, heading: /Pay and it is yours/ },
    when: payment(400, refusal),
    act: pay('mila@example'),
  },
  { name: 'processing', path: `/hold/${ID}`, heading: /Taking your payment/, when: hold('processing') },
  { name: 'gone', path: `/hold/${ID}`, heading: /Not reserved any more/, when: hold('expired') },
  {
    ...{ name: 'order', path: `/order/${ID}`, heading: /It is yours/ },
    when: () => checkout.answers.set(`GET /v1/orders/${ID}`, { body: order }),
  },
  { name: 'no-order', path: `/order/${ID.replace('8', '9')}`, heading: /No such order/ },
  { name: 'no-page', path: '/nowhere', heading: /Page not found/ },
  {
    ...{ name: 'turn-over', path: '/buy', heading: /This turn is over/ },
    when: session(409, problem('session-ended')),
  },
  { name: 'busy', path: '/buy', heading: /One moment/, when: session(503, problem('overloaded')) },
];

async function admitted() {
  const { cookie } = await furnishRoom(room)();
  const cookies = [...cookie.split('; '), `co_session_${DROP}=${'s'.repeat(43)}`].map((pair) => {
    const [name = '', value = ''] = pair.split('=');
    return { name, value, url };
  });
  await context.addCookies(cookies);
}

async function openAndRead(place: Locator): Promise<string | null> {
  await page.goto(url);
  return place.textContent();
}

async function expectFaultless(name: string) {
  for (const { colorScheme, width, height } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    expect(found, `${name}, ${colorScheme}, ${width}`).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width);
    if (process.env.UPDATE_SCREENS === '1')
      await page.screenshot({ path: `${SCREENS}shop-${name}-${colorScheme}-${width}.png`, fullPage: true });
  }
}

test('5.15: no page of the shop has a fault that axe knows, in any state, light or dark, on a desk or a phone of 320 px', async () => {
  await admitted();
  tellFacts();
  for (const { name, path, heading, when, act } of STATES) {
    // A page that waits for something goes on by itself as soon as it is answered otherwise: none is open then.
    await page.goto('about:blank');
    session(201, { sessionId: ID, expiresAt: LATER })();
    when?.();
    await page.goto(url + path);
    await act?.();
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await expectFaultless(name);
  }
}, 240_000);

test('5.15: nor has the front page before the opening, sold out or ended', async () => {
  const shows: readonly [phase: string, left: number[], text: RegExp][] = [
    ['lobby', [12, 3, 0], /Opens at/],
    ['sold_out', [0, 0, 0], /Sold out, for now/],
    ['closed', [0, 0, 0], /This drop has ended/],
  ];
  for (const [phase, left, text] of shows) {
    tellFacts(phase, left);
    await expect.poll(() => openAndRead(page.locator('.kicker')), { timeout: 30_000 }).toMatch(text);
    await expectFaultless(`front-${phase.replace('_', '-')}`);
  }
}, 240_000);

test('5.15: nor without a room that answers; it looks again by itself, as it says', async () => {
  room.answers.clear();
  await page.goto(await openShop());
  await page.getByText('Stock is shown here shortly').waitFor();
  await expectFaultless('front-alone');
  tellFacts();
  await page.getByRole('link', { name: 'Choose a size' }).first().waitFor();
}, 120_000);
