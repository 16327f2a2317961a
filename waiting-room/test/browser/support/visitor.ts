/** One shopper's browser on the waiting page of a room under test, and what it asked the room for. */
import { waitUntil } from '@sluice/service-kit/testing';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { newBind } from '../../support/drop.ts';

export interface Visitor {
  readonly page: Page;
  /** `GET /v1/drops/…/pulse` and so on, without origin and drop, in order. */
  readonly asked: string[];
  /** Faults that the page's own code or policy caused. */
  readonly faults: string[];
  state(): Promise<string | null>;
  /** Waits until the page shows one of these states. */
  sees(...states: string[]): Promise<void>;
  text(id: string): Promise<string>;
  /** What the shop got: the form of each hand-over. */
  readonly handedOver: URLSearchParams[];
  /** The shopper's ticket cookie. */
  ticket(): Promise<string>;
  close(): Promise<void>;
}

export interface VisitOptions extends BrowserContextOptions {
  readonly shop?: string;
  /** Makes the browser what it is to be, before it opens the page. */
  readonly prepare?: (context: BrowserContext, page: Page) => Promise<unknown>;
}

/** Opens the page as a connector sends a shopper there. */
export async function visit(
  browser: Browser,
  roomUrl: string,
  drop: string,
  options: VisitOptions = {},
): Promise<Visitor> {
  const { shop = 'https://shop.example', prepare, ...contextOptions } = options;
  const context = await browser.newContext({ locale: 'en-GB', ...contextOptions });
  const page = await context.newPage();
  await prepare?.(context, page);
  const asked: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    const [, path] = /^\/v1\/drops\/[^/]+\/(.+)$/.exec(pathname) ?? [];
    if (path) asked.push(`${request.method()} ${path}`);
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  const handedOver: URLSearchParams[] = [];
  await context.route(`${shop}/**`, async (route) => {
    if (route.request().method() === 'POST')
      handedOver.push(new URLSearchParams(route.request().postData() ?? ''));
    await route.fulfill({ contentType: 'text/html', body: '<h1>The shop</h1>' });
  });
  // A room under test is known as localhost, as its cookies expect.
  const origin = roomUrl.replace('127.0.0.1', 'localhost');
  const query = new URLSearchParams({ return: `${shop}/p`, bind: newBind() });
  await page.goto(`${origin}/w/${drop}?${query}`);
  return {
    page,
    asked,
    faults,
    handedOver,
    state: () => page.getAttribute('#main', 'data-state'),
    sees: async (...states) => {
      await waitUntil(async () => states.includes((await page.getAttribute('#main', 'data-state')) ?? ''), {
        timeoutMs: 45_000,
        what: `the page to say ${states.join(' or ')}`,
      });
    },
    text: async (id) => (await page.textContent(`#${id}`)) ?? '',
    ticket: async () => {
      const cookies = await context.cookies();
      return cookies.find(({ name }) => name.endsWith(`wr_${drop}`))?.value ?? '';
    },
    close: () => context.close(),
  };
}
