/**
 * Every state of the page as people meet it: readable by everyone (axe, all rules), in both colour schemes, on a narrow
 * phone, in every language (5.16). `UPDATE_SCREENS=1` writes what it sees to docs/screens.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LOCALES, PAGE_STATES } from '../../page/assets.ts';
import type { Situation } from '../../page/describe.ts';
import { fill } from '../../page/format.ts';
import { textsOf } from '../../page/look.ts';
import { createDrop } from '../support/drop.ts';
import { actionsOf, focused, PHONE, reachedByKeyboard, violations, widthOf } from './support/readable.ts';
import { setStage } from './support/stage.ts';
import type { Visitor } from './support/visitor.ts';

const stage = setStage();
const SCREENS = fileURLToPath(new URL('../../../docs/screens/', import.meta.url));

const ENGLISH = textsOf('en');

/** What is known in it. */
function situationOf(state: string): Partial<Situation> {
  const now = Date.now();
  const place = { ahead: 1241, position: 1242, aheadAtFirst: 2300, asOfMs: now };
  const wait = { minSeconds: 500, maxSeconds: 1100 };
  if (state === 'scheduled' || state === 'lobby') return { opensMs: now + 754_000, crowd: 12_000 };
  if (state === 'waiting' || state === 'healing' || state === 'offline') return { ...place, wait };
  if (state === 'soon') return { ...place, ahead: 7, position: 8, wait: { minSeconds: 3, maxSeconds: 40 } };
  if (state === 'paused') return { ...place, wait: null };
  if (state === 'sold-out') return { ...place, wait: null, keptUntilMs: now + 7_200_000 };
  if (state === 'turn' || state === 'grace') return { heldUntilMs: now + 92_000 };
  return state === 'checked-in' ? { ahead: 12 } : {};
}

/** A page with a place that asks for nothing any more: what it shows is up to the test. */
async function stillPage(
  options: Parameters<typeof stage.arrive>[1] = {},
  look: object = {},
): Promise<Visitor> {
  const drop = await createDrop(stage.redis, { opensInMs: 3_600_000, lobbyMs: 7_200_000, drawn: true });
  const content = { name: 'Aurora Low', message: {}, returnOrigins: ['https://shop.example'] };
  await stage.redis.set(
    `wr:page:${drop}`,
    JSON.stringify({ ...content, ...look, defaultReturnTo: 'https://shop.example/p' }),
  );
  const visitor = await stage.arrive(drop, options);
  await visitor.sees('lobby');
  await visitor.page.route('**/v1/**', (route) => route.abort());
  return visitor;
}

async function showState({ page }: Visitor, state: string): Promise<void> {
  await page.evaluate(
    async ([name, more, words]) => {
      const { sluice } = window;
      // Whatever was due is not any more, and what was asked for is not heard.
      await sluice.run(async () => {});
      sluice.show(name, more, { en: 'Two pairs per person. Sizes 36 to 46.' });
      const asks = name === 'turn' || name === 'grace';
      const buttons = words.map((text, i) => {
        const button = document.createElement('button');
        button.textContent = text;
        if (i) button.className = 'second';
        return button;
      });
      document.getElementById('acts')?.replaceChildren(...(asks ? buttons : []));
    },
    [
      state,
      situationOf(state),
      [
        ENGLISH['action.enter'] ?? '',
        ...(state === 'turn' ? [fill(ENGLISH['action.extend'] ?? '', 3, 'en')] : []),
      ],
    ] as const,
  );
}

test('5.16: no state has a fault that axe knows, light or dark, and none is wider than a phone of 320 px', async () => {
  await stage.open();
  const update = process.env.UPDATE_SCREENS === '1';
  if (update) mkdirSync(SCREENS, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    const visitor = await stillPage({
      colorScheme,
      reducedMotion: 'reduce',
      viewport: PHONE,
    });
    const { page } = visitor;
    for (const state of PAGE_STATES) {
      await showState(visitor, state);
      expect(await violations(page), `${colorScheme} ${state}`).toEqual([]);
      expect(await widthOf(page), state).toBe(320);
      if (update && colorScheme === 'light')
        await page.screenshot({ path: `${SCREENS}${state}.png`, fullPage: true });
      if (update && state === 'waiting')
        await page.screenshot({ path: `${SCREENS}waiting-${colorScheme}.png` });
    }
    await page.getByText('How is my place decided?').click();
    await page.evaluate(() => window.sluice.find<HTMLDialogElement>('leave').click());
    expect(await violations(page), `${colorScheme} dialog`).toEqual([]);
    await page.getByRole('button', { name: 'Keep my place' }).click();
    await showState(visitor, 'waiting');
    await page.getByRole('button', { name: 'Tell me when it is my turn' }).click();
    await page.getByRole('button', { name: 'In this browser' }).waitFor();
    expect(await violations(page), `${colorScheme} being told`).toEqual([]);
    expect(await widthOf(page)).toBe(320);
    expect(visitor.faults).toEqual([]);
  }
}, 180_000);

test('5.16: by keyboard alone everything that a state offers is reached, in its order, and shows that it has the focus; nothing moves where that is not wanted', async () => {
  await stage.open();
  const visitor = await stillPage({ reducedMotion: 'reduce', viewport: PHONE });
  const { page } = visitor;
  const moving = () => page.evaluate(() => document.getAnimations().length);
  for (const state of PAGE_STATES) {
    await showState(visitor, state);
    const actions = await actionsOf(page);
    expect(actions.length, state).toBeGreaterThan(1);
    expect(await reachedByKeyboard(page), state).toEqual(actions);
    expect(await moving(), state).toBe(0);
  }
  await showState(visitor, 'waiting');
  for (const [opens, offers] of [
    ['Leave the line', ['Keep my place', 'Leave the line']],
    ['Tell me when it is my turn', ['In this browser', 'Close']],
  ] as const) {
    await page.getByRole('button', { name: opens, exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await actionsOf(page)).toEqual(offers);
    expect(await reachedByKeyboard(page)).toEqual(offers);
    expect(await moving()).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await focused(page)).toBe(opens);
  }
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await showState(visitor, 'joining');
  expect(await moving()).toBeGreaterThan(0);
}, 180_000);

test('5.16: in every language every state fits a phone of 320 px, and its words are there', async () => {
  await stage.open();
  // One page for all of them: what it asks for does not come, so what it shows is up to the test.
  const { page } = await stillPage({ viewport: PHONE });
  const session = await page.context().newCDPSession(page);
  const userAgent = await page.evaluate(() => navigator.userAgent);
  const states = PAGE_STATES.map((state) => [state, situationOf(state)] as const);
  for (const lang of LOCALES.keys()) {
    await session.send('Emulation.setUserAgentOverride', { userAgent, acceptLanguage: lang });
    await page.reload();
    expect(await page.getAttribute('html', 'lang')).toBe(lang);
    expect(await page.evaluate(() => getComputedStyle(document.body).direction)).toBe(
      lang === 'ar' ? 'rtl' : 'ltr',
    );
    const seen = await page.evaluate(
      (each) =>
        each.map(([state, more]) => {
          window.sluice.show(state, more);
          return [state, document.getElementById('title')?.textContent, document.documentElement.scrollWidth];
        }),
      states,
    );
    expect(seen, lang).toEqual(PAGE_STATES.map((state) => [state, textsOf(lang)[`${state}.title`], 320]));
    const waiting = ['waiting', situationOf('waiting')] as const;
    await page.evaluate(async ([state, more]) => {
      // Whatever was due is not any more, and what was asked for is not heard.
      await window.sluice.run(async () => {});
      window.sluice.show(state, more);
    }, waiting);
    if (lang === 'ar') expect(await violations(page)).toEqual([]);
    // Of Chinese, Japanese and Korean only where the machine has letters for them (Debian: fonts-wqy-zenhei).
    if (process.env.UPDATE_SCREENS === '1' && lang !== 'en')
      await page.screenshot({ path: `${SCREENS}waiting-${lang}.png`, fullPage: true });
  }
}, 180_000);

/** As the control plane derives and checks them (admin-ui/server/src/domain/theme.ts) from #b4004e on #fff4e6. */
const PALETTES = {
  light: {
    ...{
      ground: '#fff4e6',
      card: '#fffcf9',
      ink: '#2a0b1d',
      soft: '#755f6a',
      line: '#e3dddc',
      note: '#fbedef',
    },
    ...{ accent: '#b4004e', accent2: '#c73f79', onAccent: '#ffffff', accentInk: '#b4004e', alarm: '#b3261e' },
  },
  dark: {
    ...{
      ground: '#181316',
      card: '#241f22',
      ink: '#edf2f0',
      soft: '#a7a8a8',
      line: '#3e3a3d',
      note: '#2e2329',
    },
    ...{ accent: '#d26695', accent2: '#a75478', onAccent: '#000000', accentInk: '#d26695', alarm: '#ffb4ab' },
  },
};
/** One pixel of WebP. */
const LOGO = Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64');

test('5.5: in a merchant’s colours and with their logo, light and dark: nothing hard to read, nothing from elsewhere, no complaint of the browser', async () => {
  await stage.open();
  const hash = createHash('sha256').update(LOGO).digest('base64url');
  await stage.redis.set(`wr:logo:${hash}`, LOGO);
  const products = [
    { sku: 'a', name: 'Aurora Low', available: 1240 },
    { sku: 'b', name: 'Aurora High', available: 0 },
  ];
  const look = { palettes: PALETTES, logo: { hash, width: 300, height: 96 }, showStock: true };
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await stillPage({ colorScheme, viewport: PHONE }, look);
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    page.on('console', (message) => complaints.push(message.text()));
    await page.unroute('**/v1/**');
    await page.reload();
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('#logo')?.naturalWidth);
    await page.waitForFunction(() => window.sluice?.line);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      colorScheme === 'light' ? 'rgb(255, 244, 230)' : 'rgb(24, 19, 22)',
    );
    for (const state of ['lobby', 'waiting', 'turn', 'grace', 'missed', 'sold-out']) {
      await showState({ page } as Visitor, state);
      await page.evaluate((each) => {
        const list = document.querySelector('#stock dl');
        document.getElementById('stock')?.removeAttribute('hidden');
        const rows = each.map(({ name, available }) => {
          const row = document.createElement('div');
          if (!available) row.className = 'gone';
          row.append(document.createElement('dt'), document.createElement('dd'));
          const [dt, dd] = row.children as unknown as [HTMLElement, HTMLElement];
          dt.textContent = name;
          dd.textContent = available ? `${available} left` : 'none at the moment';
          return row;
        });
        list?.replaceChildren(...rows);
      }, products);
      expect(await violations(page), `${colorScheme} ${state}`).toEqual([]);
      expect(await widthOf(page), state).toBe(320);
      if (process.env.UPDATE_SCREENS === '1' && state === 'waiting')
        await page.screenshot({ path: `${SCREENS}themed-${colorScheme}.png`, fullPage: true });
    }
    expect(new Set(asked)).toEqual(new Set([new URL(page.url()).origin]));
    expect([...faults, ...complaints]).toEqual([]);
  }
}, 180_000);
