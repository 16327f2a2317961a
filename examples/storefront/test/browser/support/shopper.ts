/** One shopper with a browser of their own: walks the whole way as a person would, by what stands on the pages. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';

export interface ShopperOptions {
  readonly name: string;
  readonly javaScript: boolean;
  readonly viewport?: { width: number; height: number };
  readonly colorScheme?: 'light' | 'dark';
}

/** Milliseconds; a page of the shop, on a busy machine. */
const PAGE_TIMEOUT_MS = 60_000;
/** In the lobby, or after it in a line that stands still. */
const HAS_A_PLACE = ['lobby', 'drawing', 'paused', 'waiting']
  .map((state) => `main[data-state="${state}"]`)
  .join(', ');

export class Shopper {
  readonly page: Page;
  /** Every address and referrer that the browser sent anywhere, to be searched for what must not be there. */
  readonly addresses: string[] = [];
  readonly #folder: string;
  readonly #name: string;
  readonly #javaScript: boolean;
  #pictures = 0;

  private constructor(page: Page, { name, javaScript }: ShopperOptions, folder: string) {
    this.page = page;
    this.#name = name;
    this.#javaScript = javaScript;
    this.#folder = folder;
    page.on('request', (request) => {
      this.addresses.push(request.url(), request.headers().referer ?? '');
    });
  }

  static async enter(browser: Browser, options: ShopperOptions): Promise<Shopper> {
    const context = await browser.newContext({
      javaScriptEnabled: options.javaScript,
      locale: 'en-GB',
      viewport: options.viewport ?? { width: 1100, height: 800 },
      colorScheme: options.colorScheme ?? 'light',
    });
    context.setDefaultTimeout(PAGE_TIMEOUT_MS);
    const folder = process.env.SLUICE_SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'sluice-browser-'));
    mkdirSync(folder, { recursive: true });
    return new Shopper(await context.newPage(), options, folder);
  }

  /** Does `steps`; if they fail, the page as it was then is kept and named in the error. */
  async attempt(steps: (shopper: Shopper) => Promise<void>): Promise<void> {
    try {
      await steps(this);
    } catch (error) {
      const file = await this.picture('failed');
      throw new Error(`${this.#name} failed at ${this.page.url()} (picture: ${file})`, { cause: error });
    } finally {
      await this.page.context().close();
    }
  }

  async picture(what: string): Promise<string> {
    this.#pictures += 1;
    const path = join(this.#folder, `${this.#name}-${this.#pictures}-${what}.png`.replaceAll(' ', '-'));
    await this.page.screenshot({ path, fullPage: true }).catch(() => undefined);
    return path;
  }

  /** From the front page by the buy button into the waiting room, up to having a place. */
  async joinFrom(shopUrl: string, roomUrl: string): Promise<void> {
    const { page } = this;
    await page.goto(shopUrl);
    await page.locator('.stock[data-sku]').first().waitFor();
    await this.picture('landing');
    await page.getByRole('link', { name: 'Choose a size' }).first().click();
    await page.getByText('size 42').click();
    await this.picture('product');
    await page.getByRole('button', { name: 'Buy' }).click();
    await page.waitForURL(`${roomUrl}/w/**`);
    if (!this.#javaScript) await page.locator('noscript form button').click();
    await page.locator(HAS_A_PLACE).waitFor();
    await this.picture('place');
  }

  /** Waits for the turn, comes forward, and is back in the shop. Without scripts that is a few buttons. */
  async waitForTurn(shopUrl: string, timeoutMs: number): Promise<void> {
    const { page } = this;
    const step = async () => {
      if (!this.#javaScript && !page.url().startsWith(shopUrl)) {
        const button = page.locator('section.card form button').first();
        // The page may renew itself between looking and pressing; then the next round presses.
        if (await button.isVisible()) {
          await this.picture('turn');
          await button.click({ timeout: 2000 }).catch(() => undefined);
        }
      }
      return page.url();
    };
    // Not expect.poll: of tests that run side by side it forgets which one it is in.
    await waitUntil(async () => (await step()).startsWith(`${shopUrl}/buy`), {
      timeoutMs,
      what: 'being back in the shop',
    });
    await page.getByRole('heading', { name: 'Your cart' }).waitFor();
    await this.picture('buy');
  }

  /** An e-mail address of their own. */
  get address(): string {
    return `${this.#name.replaceAll(' ', '-')}@example.com`;
  }

  /** Reserves two pairs of different sizes, has a card declined, pays with another; ends on the order. @returns its id */
  async buy(): Promise<string> {
    const { page } = this;
    expect(await page.getByLabel('size 42').inputValue(), 'what was chosen before the line').toBe('1');
    await page.getByLabel('size 43').selectOption('1');
    if (this.#javaScript) await page.getByText('€258.00').waitFor();
    await this.picture('cart');
    await page.getByRole('button', { name: 'Reserve' }).click();
    await page.waitForURL('**/hold/*');
    await this.picture('hold');
    await page.getByLabel('E-mail').fill(this.address);
    await page.getByText('Test card without cover').click();
    await page.getByRole('button', { name: 'Pay' }).click();
    await page.getByRole('alert').waitFor();
    await this.picture('declined');
    expect(await page.getByLabel('E-mail').inputValue(), 'what was typed before the decline').toBe(
      this.address,
    );
    await page.getByText('is accepted').click();
    await page.getByRole('button', { name: 'Pay' }).click();
    await page.waitForURL('**/order/*');
    await page.getByRole('heading', { name: 'It is yours' }).waitFor();
    await this.picture('order');
    return (await page.locator('[data-order]').getAttribute('data-order')) ?? '';
  }
}
