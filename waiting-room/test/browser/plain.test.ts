/**
 * The page without scripts (5.1, 5.16): everything it offers by keyboard, readable by everyone on every page, and renewed by itself
 * only for a shopper who has asked for that (ADR 0146).
 */
import { waitUntil } from '@sluice/service-kit/testing';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { PAGE_STATES } from '../../page/assets.ts';
import { joinCrowd, lineOf } from '../support/crowd.ts';
import { createDrop, tune } from '../support/drop.ts';
import { previewLink } from '../support/preview-link.ts';
import {
  actionsOf,
  PHONE,
  reachedByKeyboard,
  tabTo,
  violationsWithoutScripts,
  widthOf,
} from './support/readable.ts';
import { setStage } from './support/stage.ts';

const stage = setStage();

let isPressing = false;

async function press(page: Page, words: string): Promise<void> {
  await tabTo(page, words);
  isPressing = true;
  try {
    const loaded = page.waitForEvent('load');
    await page.keyboard.press('Enter');
    await loaded;
  } finally {
    isPressing = false;
  }
}

/** Only a press leads anywhere: a page that renews itself would go away under the eyes of who looks at it for long. */
const holdStill = (page: Page) =>
  page.route('**/w/**', (route) =>
    isPressing || !route.request().isNavigationRequest()
      ? route.continue()
      : // No content: a browser stays where it is.
        route.fulfill({ status: 204 }),
  );

/** Every page on the way is held to the same; by one more page for each scheme, which has scripts. */
async function createReadability(page: Page, ...colorSchemes: ('light' | 'dark')[]) {
  const mirrors = await Promise.all(
    colorSchemes.map(async (colorScheme) => {
      const context = await page.context().browser()?.newContext({ colorScheme, viewport: PHONE });
      return (await context?.newPage()) as Page;
    }),
  );
  return (what: string) => expectReadable(page, mirrors, what);
}

async function expectReadable(page: Page, mirrors: readonly Page[], what: string): Promise<void> {
  for (const mirror of mirrors) expect(await violationsWithoutScripts(page, mirror), what).toEqual([]);
  expect(await widthOf(page), what).toBe(PHONE.width);
  expect(await reachedByKeyboard(page), what).toEqual(await actionsOf(page));
}

const LONG = { timeoutMs: 60_000 };
const stateOf = (page: Page) => page.getAttribute('#main', 'data-state');

const lookUntil = (page: Page, state: string) =>
  waitUntil(async () => {
    if ((await stateOf(page)) === state) return true;
    await press(page, 'Look again');
    return false;
  }, LONG);

for (const colorScheme of ['light', 'dark'] as const)
  test(`5.16: without scripts and by keyboard, ${colorScheme}: joined, looked again, renewed by itself and not any more, asked before leaving, let in`, async () => {
    await stage.open();
    const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
    await joinCrowd(stage.room.url, drop, 3);
    const { page, handedOver } = await stage.arrive(drop, {
      ...{ colorScheme, javaScriptEnabled: false, reducedMotion: 'reduce', viewport: PHONE },
    });
    const readable = await createReadability(page, colorScheme);
    // Header of the last page: a browser tells nobody of it otherwise.
    let renewsAfter: string | undefined;
    await holdStill(page);
    page.on('response', (response) => {
      if (response.request().isNavigationRequest() && response.status() !== 204)
        renewsAfter = response.headers().refresh;
    });
    await readable('shell');
    // Chosen before the first page that would renew itself; here it is chosen away.
    const choice = page.getByRole('checkbox', { name: 'Keep this page up to date by itself.' });
    expect(await choice.isChecked()).toBe(true);
    await tabTo(page, /^Keep this page/);
    await page.keyboard.press('Space');
    await press(page, 'Join the line');
    await waitUntil(async () => {
      await press(page, 'Look again');
      return (await page.textContent('#facts'))?.includes('People before you3');
    }, LONG);
    expect([await stateOf(page), renewsAfter]).toEqual(['waiting', undefined]);
    await readable('place that stands still');
    await press(page, 'Keep up to date by itself');
    expect(Number(renewsAfter)).toBeGreaterThanOrEqual(15);
    expect(await page.textContent('#lead')).toContain('This page renews itself.');
    await readable('place that renews itself');
    await press(page, 'Leave the line');
    expect([await stateOf(page), renewsAfter]).toEqual(['leave', undefined]);
    await readable('leaving');
    await press(page, 'Keep my place');
    // The wish is kept on the way.
    expect(Number(renewsAfter)).toBeGreaterThanOrEqual(15);
    await press(page, 'Stop renewing');
    expect(renewsAfter).toBeUndefined();
    expect(await lineOf(stage.redis, drop)).toHaveLength(4);
    await tune(stage.redis, drop, { rate_per_minute: 60_000 });
    await lookUntil(page, 'called');
    expect(renewsAfter).toBeUndefined();
    expect(await page.title()).toBe('● It is your turn · A drop');
    await readable('turn');
    await press(page, 'Go to the shop');
    await waitUntil(async () => {
      if ((await stateOf(page)) === 'entering') return true;
      await press(page, (await stateOf(page)) === 'called' ? 'Go to the shop' : 'Look again');
      return false;
    }, LONG);
    await readable('hand-over');
    await press(page, 'Go to the shop');
    expect([...(handedOver[0] as URLSearchParams).keys()].sort()).toEqual(['drop', 'to', 'token']);
  }, 180_000);

test('5.16: a page that was asked to renews itself, in a real browser, and shows what is new', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const { page } = await stage.arrive(drop, { javaScriptEnabled: false });
  await page.getByRole('button', { name: 'Join the line' }).click();
  await page.getByRole('link', { name: 'Stop renewing' }).waitFor();
  await tune(stage.redis, drop, { rate_per_minute: 6000 });
  await page.getByRole('button', { name: 'Go to the shop' }).waitFor({ timeout: 60_000 });
});

test('5.1: while the store is away a page without scripts says so, and leads back to the place as soon as it is there', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const { page } = await stage.arrive(drop, { javaScriptEnabled: false, viewport: PHONE });
  const readable = await createReadability(page, 'light', 'dark');
  await page.getByRole('checkbox').uncheck();
  await press(page, 'Join the line');
  const reference = await page.textContent('#reference');
  await tune(stage.redis, drop, { rate_per_minute: 6000 });
  await lookUntil(page, 'called');
  stage.server.signal('SIGSTOP');
  try {
    await page.reload();
    expect(await stateOf(page)).toBe('busy');
    expect(await page.textContent('#lead')).toContain('If you have a place, it is safe.');
    await readable('store away');
  } finally {
    stage.server.signal('SIGCONT');
  }
  await lookUntil(page, 'called');
  expect(await page.textContent('#reference')).toBe(reference);
});

test('5.16: whatever state a page without scripts is in, light or dark, it has no fault that axe knows, and all it offers is reached by keyboard', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { opensInMs: 3_600_000, lobbyMs: 7_200_000, drawn: true });
  const { page } = await stage.arrive(drop, { javaScriptEnabled: false, viewport: PHONE });
  const readable = await createReadability(page, 'light', 'dark');
  const { origin } = new URL(page.url());
  for (const state of PAGE_STATES) {
    await page.goto(`${origin}/w/${drop}?${new URLSearchParams({ preview: previewLink(drop), state })}`);
    expect(await stateOf(page)).toBe(state);
    await readable(state);
  }
  await page.goto(`${origin}/w/nothing/place`);
  await readable('a drop that is not there');
}, 300_000);
