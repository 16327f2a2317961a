// The control room on a running drop: seen, steered by keys and by buttons, and what it says when it can not see.

import { waitUntil } from '@sluice/service-kit/testing';
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { inSeconds } from '../../../server/test/support/control-plane.ts';
import { type Road, startRoad } from '../../../server/test/support/road.ts';
import { checkAccessibility, checkReflow } from './support/check-accessibility.ts';
import { type Crowd, sendCrowd } from './support/crowd.ts';
import { focused, focusedInDialog } from './support/focus.ts';
import { holdAnswer } from './support/hold-answer.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';

const stage = setStage({ withRoom: true });
const PATIENCE = { timeoutMs: 120_000 };

const crowds: Crowd[] = [];
const roads: Road[] = [];
afterEach(async () => {
  await Promise.all(crowds.splice(0).map((crowd) => crowd.end()));
  await Promise.all(roads.splice(0).map((road) => road.close()));
  for (const road of Object.values(stage.admin.roads)) road.restore();
  await waitUntil(async () => (await fetch(`${stage.admin.url}/readyz`)).status === 200, PATIENCE);
});

const SKUS = ['low-41', 'low-42'];

/** A drop that opened a moment ago, with shoppers in it. */
async function running(shoppers: number, plan: Record<string, unknown> = {}, stock = 500): Promise<string> {
  const { admission, ...rest } = plan as { admission?: object };
  const products = SKUS.map((sku) => ({ sku, name: `Aurora Low ${sku}`, priceMinor: 12_900, stock }));
  const made = await stage.admin.createDrop({
    opensAt: inSeconds(0),
    closesAt: inSeconds(3600),
    timeZone: 'Europe/Berlin',
    admission: {
      ratePerMinute: 600,
      lobby: 'fifo',
      lobbySeconds: 0,
      callWindowSeconds: 20,
      graceSeconds: 20,
      ...admission,
    },
    products,
    ...rest,
  });
  expect(made.status, made.text).toBe(201);
  const drop = made.body.id as string;
  await waitUntil(async () => (await control(drop)).opened_us !== undefined, PATIENCE);
  crowds.push(sendCrowd(stage.admin, { drop, shoppers }));
  return drop;
}

const control = (drop: string) => stage.admin.redis.hgetall(`wr:{${drop}}:control`);
const rateOf = async (drop: string) => Number((await control(drop)).rate_per_minute);
const redisNowUs = async () => {
  const [seconds, micros] = await stage.admin.redis.time();
  return Number(seconds) * 1_000_000 + Number(micros);
};
const limitText = (page: Page) => page.locator('.limit strong').textContent();
const seesLimit = (page: Page, text: RegExp) =>
  waitUntil(async () => text.test((await limitText(page)) ?? ''), PATIENCE);

test('4.12: the rate of a running drop changes in two keys, and goes back with one; more than twofold is asked about', async () => {
  const drop = await running(60);
  const { page, faults } = await stage.visit({ as: 'operator', at: `/drops/${drop}/control` });
  await page.getByText('1 of 1 instances on v1').waitFor();
  await page.keyboard.press('+');
  await page.getByText('660 a minute is prepared').waitFor();
  // Prepared is not done.
  expect(await rateOf(drop)).toBe(600);
  await page.keyboard.press('Enter');
  await waitUntil(async () => (await rateOf(drop)) === 660, PATIENCE);
  await page.getByText('1 of 1 instances on v2').waitFor();
  await page.locator('.undoing', { hasText: '600 → 660' }).waitFor();
  await page.keyboard.press('u');
  await waitUntil(async () => (await rateOf(drop)) === 600, PATIENCE);
  await page.locator('.acts .undone').waitFor();

  // Whoever is about to type a rate while it changes types theirs, and not one behind the other.
  const field = page.locator('.rate input');
  await page.keyboard.press('r');
  await focused(field);
  for (const to of [620, 600]) {
    await stage.admin.call('POST', `/api/v1/drops/${drop}/rate`, { to });
    await waitUntil(async () => (await field.inputValue()) === String(to), PATIENCE);
  }
  await page.keyboard.type('7');
  expect(await field.inputValue()).toBe('7');
  await page.keyboard.press('Escape');

  await page.keyboard.press('r');
  await page.keyboard.type('1300');
  await page.keyboard.press('Enter');
  const question = page.getByRole('alertdialog', { name: 'Are you sure?' });
  await question.getByText('The rate goes from 600 to 1,300 a minute.').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'control-confirm');
  // The answer that changes nothing has the focus.
  await focusedInDialog(page);
  await page.keyboard.press('Enter');
  await question.waitFor({ state: 'detached' });
  expect(await rateOf(drop)).toBe(600);

  await page.keyboard.press('r');
  await page.keyboard.type('many');
  await page.getByText('A whole number from 0 to 1,000,000').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.ramp select').selectOption('60');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Prepare a lower rate' }).click();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('on the way to 540').waitFor();
  expect(faults).toEqual([]);
});

/** Of the room: so long after a call everybody who wants to come forward can have done so. */
const FAIR_US = 6_000_000;

test('4.12: from the key to the first entry at the new rate, by Redis’s clock (promised: 2 s)', async () => {
  // Few enter, so that many wait who have come forward.
  const drop = await running(120, { admission: { ratePerMinute: 60, stockBound: 'off' } });
  const { page } = await stage.visit({ as: 'operator', at: `/drops/${drop}/control` });
  await page.getByText('1 of 1 instances on').waitFor();
  const tookMs: number[] = [];
  const inRedisMs: number[] = [];
  for (let round = 0; round < 3; round++) {
    await waitUntil(async () => (await stage.admin.redis.zcard(`wr:{${drop}}:present`)) > 2, PATIENCE);
    // At 0 nobody is called and nobody enters: the first who does, does so at the new rate.
    await stage.admin.call('POST', `/api/v1/drops/${drop}/rate`, { to: 0 });
    await page.locator('.rate .now strong', { hasText: /^0$/ }).waitFor();
    // Whoever stands ready waits that long for those who were called earlier and are still on the way (promise 2).
    const standsUs = await redisNowUs();
    await waitUntil(async () => (await redisNowUs()) - standsUs > FAIR_US, PATIENCE);
    await page.keyboard.press('r');
    await page.keyboard.type('600');
    await page.keyboard.press('Enter');
    const yes = page.getByRole('button', { name: 'Do it' });
    await yes.waitFor();
    await focusedInDialog(page);
    await page.keyboard.press('Tab');
    await focused(yes);
    const before = await redisNowUs();
    await page.keyboard.press('Enter');
    await waitUntil(async () => (await rateOf(drop)) === 600, { ...PATIENCE, everyMs: 5 });
    inRedisMs.push(Math.round((await redisNowUs()) / 1000 - before / 1000));
    const first = await waitUntil(async () => {
      const lines = await stage.admin.redis.xrevrange(`wr:{${drop}}:log`, '+', '-', 'COUNT', 500);
      const grants = lines
        .map(([, fields]) => ({ kind: fields[1], us: Number(fields[3]) }))
        .filter(({ kind, us }) => kind === 'grant' && us > before);
      return grants.at(-1)?.us;
    }, PATIENCE);
    tookMs.push(Math.round((first - before) / 1000));
    await stage.admin.call('POST', `/api/v1/drops/${drop}/rate`, { to: 60, confirm: true });
  }
  process.stdout.write(
    `key to first entry at the new rate: ${tookMs.join(', ')} ms (promised 2000), of which until it is in Redis: ${inRedisMs.join(', ')} ms\n`,
  );
  expect(tookMs).toHaveLength(3);
});

test('4.12: a drop is steered through its day: pause, message, resume, undo, sessions, sold out', async () => {
  // What somebody whose purchase goes wrong leaves behind is for sale again within two minutes, and not after eighteen.
  const drop = await running(80, { admission: { tokenSeconds: 60, holdSeconds: 60 } }, 12);
  const { page, faults } = await stage.visit({ as: 'operator', at: `/drops/${drop}/control`, width: 1600 });
  await page.locator('.figure', { hasText: 'Inside' }).waitFor();
  await waitUntil(async () => Number((await control(drop)).entered_total) > 4, PATIENCE);
  await page.keyboard.press('p');
  await seesLimit(page, /you: it is paused/);
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await page.keyboard.press('m');
  await page.keyboard.type('Back in a minute.');
  await page.getByRole('textbox', { name: 'Deutsch' }).fill('Gleich zurück.');
  await page.getByRole('button', { name: 'Show it' }).click();
  await waitUntil(async () => {
    const pulse = await fetch(`${stage.admin.room?.url}/v1/drops/${drop}/pulse`);
    const { message } = (await pulse.json()) as { message: Record<string, string> };
    return message.en === 'Back in a minute.' && message.de === 'Gleich zurück.';
  }, PATIENCE);
  await checkAccessibility(page);
  await takeScreen(page, 'control-paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await waitUntil(async () => (await control(drop)).override === '', PATIENCE);

  await page.getByRole('button', { name: 'Sessions inside' }).click();
  await page.getByRole('textbox', { name: 'Sessions inside' }).fill('nonsense');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').locator('.fault').waitFor();
  await page.getByRole('textbox', { name: 'Sessions inside' }).fill('20');
  await page.keyboard.press('Enter');
  await waitUntil(async () => (await control(drop)).max_sessions === '20', PATIENCE);
  await page.locator('.figure', { hasText: 'of 20 at most' }).waitFor();

  await page.getByText('Table', { exact: false }).first().click();
  await page.getByRole('table', { name: 'Entries a second' }).getByRole('row').nth(1).waitFor();
  await waitUntil(async () => (await control(drop)).sold_out === '1', {
    timeoutMs: 200_000,
    what: 'everything being sold',
  });
  await seesLimit(page, /nothing is left to sell/);
  await waitUntil(
    async () =>
      /^24$/.test((await page.locator('.figure', { hasText: 'Sold' }).locator('.value').textContent()) ?? ''),
    PATIENCE,
  );
  await page.evaluate(() => scrollTo(0, 0));
  await checkAccessibility(page);
  await takeScreen(page, 'control-sold-out');
  expect(faults).toEqual([]);
});

test('4.12: a message in a second language does not take the first one back while the drop is read again', async () => {
  const drop = await running(1);
  const { page } = await stage.visit({ as: 'operator', at: `/drops/${drop}/control` });
  const messageOf = async () =>
    (await stage.admin.call('GET', `/api/v1/drops/${drop}`)).body.page.message as Record<string, string>;
  const show = page.getByRole('button', { name: 'Show it' });
  const english = page.getByRole('textbox', { name: 'English' });
  await english.fill('Back in a minute.');
  const late = await holdAnswer(page, new RegExp(`/api/v1/drops/${drop}$`));
  await show.click();
  await waitUntil(async () => (await messageOf()).en === 'Back in a minute.', PATIENCE);
  await waitUntil(() => show.isDisabled(), PATIENCE);
  expect(await english.inputValue()).toBe('Back in a minute.');
  await page.getByRole('textbox', { name: 'Deutsch' }).fill('Gleich zurück.');
  await show.click();
  await waitUntil(async () => (await messageOf()).de === 'Gleich zurück.', PATIENCE);
  expect(await messageOf()).toEqual({ en: 'Back in a minute.', de: 'Gleich zurück.' });
  await late.release();
  await waitUntil(() => show.isDisabled(), PATIENCE);
});

test('4.14: nothing lies when the connection is gone: how old every number is, and then the present again', async () => {
  const drop = await running(60);
  const road = await startRoad(stage.admin.url, 80);
  roads.push(road);
  const { page } = await stage.visit({ as: 'operator' });
  await page.goto(new URL(`/drops/${drop}/control`, road.url).href);
  await page.getByText('1 of 1 instances on v1').waitFor();
  await page.locator('.control-room.live').waitFor();
  // First a connection that is there and brings nothing, then none.
  road.block();
  await page.getByText('Nothing on this screen is from now.').waitFor();
  await page.getByText(/Every number is as it was at \d\d:\d\d:\d\d [\w+]+, \d\d:\d\d:\d\d UTC\./).waitFor();
  await page.getByText(/0:\d\d old and counting/).waitFor();
  // Who acts now is not told that nothing happened: a server that stands still does it when it goes on.
  await page.keyboard.press('p');
  await page.getByText('On its way …').waitFor();
  road.cut();
  await page.getByText('Whether it was done is not known: look before you do it again.').waitFor();
  await page.getByText('The control plane does not answer.').first().waitFor({ timeout: 60_000 });
  await page.getByText('Nothing on this screen is from now.').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'control-connection-lost');
  road.restore();
  await page.locator('.control-room.live').waitFor({ timeout: 60_000 });
  await page.getByText('old and counting').waitFor({ state: 'hidden' });
});

test('4.7: the ledger is down: the screen says what still works, and a pause by key does', async () => {
  const drop = await running(30);
  const { page, faults } = await stage.visit({ as: 'owner', at: `/drops/${drop}/control`, theme: 'dark' });
  await page.getByText('1 of 1 instances on v1').waitFor();
  stage.admin.roads.postgres.cut();
  await page.getByText('The ledger does not answer: break-glass.').waitFor();
  await page.keyboard.press('p');
  await page.getByText('The ledger is told as soon as it answers.').waitFor({ timeout: 60_000 });
  await seesLimit(page, /you: it is paused/);
  await page.getByText('not in the ledger yet').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'control-break-glass');
  // Loaded again in the middle of it: signed in, seeing, steering.
  await page.reload();
  await seesLimit(page, /you: it is paused/);
  await page.keyboard.press('p');
  await waitUntil(async () => (await control(drop)).override === '', PATIENCE);
  stage.admin.roads.postgres.restore();
  // The plan is to be had again, and so is everything else.
  await page.getByRole('heading', { name: 'Aurora Low' }).waitFor({ timeout: 60_000 });
  await page.locator('.control-room.live').waitFor({ timeout: 60_000 });
  // Both acts, which are entered one by one.
  await page.getByText('not in the ledger yet').first().waitFor({ state: 'hidden', timeout: 60_000 });
  await page.getByText('The ledger does not answer').waitFor({ state: 'hidden' });

  stage.admin.roads.redis.cut();
  await page.getByText("The waiting room's store does not answer.").waitFor();
  await page.getByText(/old and counting/).waitFor();
  await checkAccessibility(page);
  stage.admin.roads.redis.restore();
  await page.locator('.control-room.live').waitFor({ timeout: 60_000 });
  expect(faults).toEqual([]);
});

test('4.12: every act is there for whoever may, on any width, in both languages and themes; closing asks twice', async () => {
  const drop = await running(30);
  const at = `/drops/${drop}/control`;
  const viewer = await stage.visit({ as: 'viewer', at, width: 320 });
  await viewer.page.getByText('1 of 1 instances on v1').waitFor();
  await checkReflow(viewer.page);
  await checkAccessibility(viewer.page);
  await takeScreen(viewer.page, 'control-viewer');
  // Keys of somebody who may not steer do nothing.
  await viewer.page.keyboard.press('p');
  await viewer.page.keyboard.press('+');
  await viewer.page.keyboard.press('Enter');
  await viewer.page.getByText('Your role watches this drop').waitFor();
  expect(await viewer.page.getByRole('button', { name: 'Pause' }).count()).toBe(0);

  const german = await stage.visit({ as: 'operator', at, locale: 'de-DE', theme: 'dark', width: 1920 });
  await german.page.getByText('1 von 1 Instanzen auf v1').waitFor();
  await german.page.getByText('Was den Einlass gerade begrenzt:').waitFor();
  await checkAccessibility(german.page);
  await takeScreen(german.page, 'control-open');

  const { page, faults } = await stage.visit({ as: 'operator', at });
  await page.getByText('1 of 1 instances on v1').waitFor();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard' });
  await help.waitFor();
  await checkAccessibility(page);
  await help.getByLabel('Single keys are on in this browser').uncheck();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  await page.keyboard.press('p');
  await page.getByRole('button', { name: 'Keyboard' }).click();
  await help.getByLabel('Single keys are on in this browser').check();
  await help.getByRole('button', { name: 'Close' }).click();
  expect((await control(drop)).override).toBe('');

  for (const name of [
    'Queue all',
    'Pass through',
    'Ignore a silent checkout',
    'Revoke tickets',
    'Move stock',
  ]) {
    await page.getByRole('button', { name }).click();
    await page.getByRole('dialog', { name }).waitFor();
    if (name === 'Pass through' || name === 'Move stock') await checkAccessibility(page);
    await focusedInDialog(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name }).waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: 'Move stock' }).click();
  await page.getByRole('textbox', { name: 'Units' }).fill('+5');
  await page.getByRole('textbox', { name: 'Reason' }).fill('found in the back');
  await page.keyboard.press('Enter');
  await page.getByText('The stock has moved.').waitFor();
  await page.getByRole('button', { name: 'Pass through' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('a fire drill');
  await page.keyboard.press('Enter');
  await waitUntil(async () => (await control(drop)).override === 'pass_through', PATIENCE);
  await page.getByText('Goes on in').waitFor();

  await page.getByRole('button', { name: 'Close for good' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close for good' }).click();
  const sure = page.getByRole('alertdialog');
  await sure.getByText('Closing is for good').waitFor();
  expect((await control(drop)).override).not.toBe('closed');
  await sure.getByRole('button', { name: 'Do it' }).click();
  await waitUntil(async () => (await control(drop)).override === 'closed', PATIENCE);
  await seesLimit(page, /it is closed/);
  await waitUntil(() => page.getByRole('button', { name: 'Pause' }).isDisabled(), PATIENCE);
  expect(faults).toEqual([]);
});
