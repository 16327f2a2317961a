// What holds for every page, whichever there are: accessible in every state, theme and language, reached by keyboard, honest about its age.

import { isLong } from '@sluice/service-kit/testing';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test, vi } from 'vitest';
import { startRoad } from '../../../server/test/support/road.ts';
import { checkAccessibility, checkReflow } from './support/check-accessibility.ts';
import { addressesOf, arrived, nameOf, PAGES } from './support/every-page.ts';
import { type Examples, plantExamples } from './support/plant-examples.ts';
import { unreachedByKeyboard } from './support/reach-by-keyboard.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';

const stage = setStage();
// Each test goes to every page: against hanging only.
vi.setConfig({ testTimeout: 300_000 });
let examples: Examples;

const ofSomebody = PAGES.filter(({ at }) => at !== 'public');
const ofNobody = PAGES.filter(({ at }) => at === 'public');

beforeAll(async () => {
  examples = await plantExamples(stage.admin);
});

const NO_ANSWER = /The control plane does not answer|Die Steuerung antwortet nicht/;

const go = async (page: Page, address: string) => {
  // From page to page of one document only the part behind # would change.
  await page.goto('about:blank');
  await page.goto(stage.origin + address);
};

const LIGHT_WIDE = { theme: 'light', width: 1280, locale: 'en-GB' } as const;
const DARK_NARROW = { theme: 'dark', width: 320, locale: 'de-DE' } as const;
const HOW = [
  LIGHT_WIDE,
  DARK_NARROW,
  { theme: 'light', width: 320, locale: 'en-GB' },
  { theme: 'dark', width: 1280, locale: 'en-GB' },
  { theme: 'light', width: 1280, locale: 'de-DE' },
] as const;

/** In `npm test` each theme, language and width once; in `npm run test:long` in every way. */
const SOME = isLong ? HOW : [LIGHT_WIDE, DARK_NARROW];

test.each(SOME)(
  '4.15: every page passes axe with every rule on, and fits: $theme, $width px, $locale',
  async (how) => {
    for (const [pages, as] of [
      [ofSomebody, 'owner'],
      [ofNobody, undefined],
    ] as const) {
      const { page, faults } = await stage.visit({ ...(as && { as }), ...how });
      for (const definition of pages)
        for (const address of addressesOf([definition], examples)) {
          await go(page, address);
          await arrived(page);
          await checkAccessibility(page, address);
          await checkReflow(page);
          if (!/[?#]/.test(address)) await takeScreen(page, nameOf(definition.path));
        }
      expect(faults).toEqual([]);
    }
  },
);

test('4.15: what is loading and what failed passes axe on every page', async () => {
  const isAsked = ({ pathname }: URL) =>
    pathname === '/livez' || (pathname.startsWith('/api/') && pathname !== '/api/v1/session');
  for (const [turn, { theme, locale }] of [LIGHT_WIDE, DARK_NARROW].entries()) {
    const { page, context } = await stage.visit({ as: 'owner', theme, locale });
    for (const [index, address] of addressesOf(ofSomebody, examples).entries()) {
      // In `npm test` every page in one state and theme, every state in both; in `npm run test:long` all of it.
      const one = index % 2 === turn ? [index % 4 > 1 ? 'loading' : 'failed'] : [];
      for (const state of isLong ? ['loading', 'failed'] : one) {
        // Answers that do not come, or connections that nobody takes.
        await context.route(isAsked, (route) =>
          state === 'loading' ? undefined : route.abort('connectionrefused'),
        );
        await go(page, address);
        await page.locator('h1, .loading').first().waitFor();
        if (state === 'failed') await page.getByText(NO_ANSWER).first().waitFor();
        await checkAccessibility(page, `${address} ${state}`);
        await context.unrouteAll({ behavior: 'ignoreErrors' });
      }
    }
  }
});

/** Forms that are filled in from nothing. */
const FETCHES_NOTHING = new Set(['/drops/new', '/drops-file']);

test('4.14: the control plane gone or silent, every page says so and how old what it shows is, and comes back by itself', async () => {
  const road = await startRoad(stage.admin.url, 80);
  try {
    const { context, page: first } = await stage.visit({ as: 'owner', from: road.url });
    await first.close();
    const tabs: { path: string; page: Page }[] = [];
    for (const definition of ofSomebody) {
      const page = await context.newPage();
      const [address = ''] = addressesOf([definition], examples);
      await page.goto(new URL(address, road.url).href);
      await arrived(page);
      if (definition.path.endsWith('/look-up')) {
        await page.getByLabel('Place reference').fill(examples.reference);
        await page.getByRole('button', { name: 'Look up' }).click();
        await page.getByText(`Ticket ${examples.reference}`).waitFor();
      }
      tabs.push({ path: definition.path, page });
    }
    // The server itself is away, and nothing tells the browser: each page has to find out. Connections that are cut, then ones that
    // stay while nothing comes, as from a process that stands still.
    for (const [way, away] of [
      ['cut', road.cut],
      ['silent', road.block],
    ] as const) {
      away();
      for (const { path, page } of tabs) {
        await page.getByText(/Nothing here is newer than \d\d:\d\d:\d\d/).waitFor();
        // The age of what was fetched, wherever something was: not that of the last answer to anything.
        const isOfData = (await page.locator('table, .facts, .timeline, form.form').count()) > 0;
        if (isOfData && !FETCHES_NOTHING.has(path))
          await page
            .getByText(/As of:? \d\d:\d\d:\d\d|Every number is as it was at/i)
            .first()
            .waitFor();
        if (path === '/audit') await checkAccessibility(page, `${path} ${way}`);
      }
      road.restore();
      for (const { page } of tabs)
        await page.getByText('Nothing here is newer than').waitFor({ state: 'detached' });
    }
    await context.close();
  } finally {
    await road.close();
  }
});

test('4.15: the keyboard reaches everything that any page offers', async () => {
  for (const [pages, as] of [
    [ofSomebody, 'owner'],
    [ofNobody, undefined],
  ] as const) {
    const { page } = await stage.visit(as ? { as } : {});
    for (const address of addressesOf(pages, examples)) {
      await go(page, address);
      await arrived(page);
      expect({ address, unreached: await unreachedByKeyboard(page) }).toEqual({ address, unreached: [] });
    }
  }
});
