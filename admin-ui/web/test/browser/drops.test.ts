// Drops as a merchant meets them: made by somebody who has never seen the screen, changed beside others, looked at.

import { waitUntil } from '@sluice/service-kit/testing';
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { startRoom, type TestRoom } from '../../../server/test/support/room.ts';
import { checkAccessibility, checkReflow } from './support/check-accessibility.ts';
import { holdAnswer } from './support/hold-answer.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';
import { typeTime } from './support/type-time.ts';

const stage = setStage();
let room: TestRoom | undefined;
afterAll(() => room?.close());

async function tabTo(page: Page, label: string, steps = 40): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      const labelled =
        element?.getAttribute('aria-label') ?? element?.labels?.[0]?.textContent ?? element?.textContent;
      return labelled ?? '';
    });
    if (name.startsWith(label)) return;
  }
  throw new Error(`no Tab leads to "${label}"`);
}

test('4.11: without any drop the list says so, and offers the first only to who may', async () => {
  const { page } = await stage.visit({ as: 'merchant', at: '/drops' });
  await page.getByText('There is no drop yet').waitFor();
  await page.getByRole('link', { name: 'New drop' }).waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'drops-empty');
  const viewer = await stage.visit({ as: 'viewer', withoutMfa: true, at: '/drops' });
  await viewer.page.getByText('There is no drop yet').waitFor();
  expect(await viewer.page.getByRole('link', { name: 'New drop' }).count()).toBe(0);
  await viewer.page.goto(`${stage.origin}/drops/new`);
  await viewer.page.getByText('Your role does not include this.').waitFor();
  await checkAccessibility(viewer.page);
  await takeScreen(viewer.page, 'new-drop-not-allowed');
});

test('4.11: name, time, product and quantity make a drop in three screens, by keyboard alone; clocks that go back are asked about', async () => {
  const { page, faults } = await stage.visit({ as: 'merchant', at: '/drops', timezoneId: 'Europe/Berlin' });
  await page.getByRole('heading', { name: 'Drops', level: 1 }).waitFor();
  await tabTo(page, 'New drop');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'New drop' }).waitFor();

  // Its times come after it.
  await page.getByRole('spinbutton', { name: /day/ }).first().waitFor();
  // The first screen. Enter without anything says what is missing, at the fields.
  await tabTo(page, 'Name');
  await page.keyboard.press('Enter');
  await page.getByText('must be filled in').first().waitFor();
  await checkAccessibility(page);
  await page.keyboard.type('Aurora Low');
  await page.keyboard.press('Tab');
  await typeTime(page, '2027-10-31T02:30');
  await page.getByText('this time happens twice').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'new-drop-clocks');
  await tabTo(page, 'The earlier');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await tabTo(page, 'Next');
  await page.keyboard.press('Enter');

  // The second.
  await page.getByRole('heading', { name: 'Products' }).waitFor();
  await tabTo(page, 'Product');
  await page.keyboard.type('Aurora Low, size 42');
  await page.keyboard.press('Tab');
  await page.keyboard.type('80');
  await page.keyboard.press('Tab');
  await page.keyboard.type('129,00');
  await checkAccessibility(page);
  await takeScreen(page, 'new-drop-products');
  await page.keyboard.press('Enter');

  // The third: everything else, with its default.
  await page.getByRole('heading', { name: 'Last look' }).waitFor();
  await page.getByText('300 shoppers a minute').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'new-drop-last-look');
  // Without a shop nobody could be let in: nothing is scheduled before it is named.
  await tabTo(page, 'Schedule the drop');
  await page.keyboard.press('Enter');
  await page.getByText('must be filled in').waitFor();
  await checkAccessibility(page);
  await page.getByLabel('Address of the shop').focus();
  await page.keyboard.type('https://shop.example/buy');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Aurora Low', level: 1 }).waitFor();
  await page.getByText('Aurora Low is scheduled.').waitFor();

  const { body } = await stage.admin.call('GET', '/api/v1/drops');
  expect(body.drops[0]).toMatchObject({
    ...{ name: 'Aurora Low', opensAt: '2027-10-31T01:30:00.000Z', timeZone: 'Europe/Berlin' },
    products: [{ sku: 'aurora-low-size-42', name: 'Aurora Low, size 42', priceMinor: 12_900, stock: 80 }],
    page: { returnOrigins: ['https://shop.example'], defaultReturnTo: 'https://shop.example/buy' },
  });
  expect(faults).toEqual([]);
});

test('promise 8: what the server refuses is shown at its field, on the screen that has it', async () => {
  const { page } = await stage.visit({ as: 'merchant', at: '/drops/new' });
  await page.getByLabel('Name').fill('Too late');
  await page.getByRole('spinbutton', { name: /day/ }).first().focus();
  await typeTime(page, '2020-01-01T10:00');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Product', { exact: true }).fill('Aurora');
  await page.getByLabel('Units').fill('many');
  await page.getByLabel('Price').fill('1');
  await page.getByRole('button', { name: 'Next' }).click();
  // The drop before has one: a second one has it, too, until something else is said.
  await expect
    .poll(() => page.getByLabel('Address of the shop').inputValue(), { timeout: 30_000 })
    .toBe('https://shop.example/buy');
  await page.getByText('All settings').click();
  await page.getByLabel('Shoppers for each unit').fill('9');
  await checkAccessibility(page);
  await takeScreen(page, 'new-drop-all-settings');
  await page.getByRole('button', { name: 'Schedule the drop' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByText('must not lie in the past').waitFor();
  await checkAccessibility(page);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('must be a whole number').waitFor();
});

test('4.2: two people never overwrite each other: the second sees what the first changed, and decides', async () => {
  const { body: drop } = await stage.admin.createDrop();
  const { page, faults } = await stage.visit({ as: 'merchant', at: `/drops/${drop.id}` });
  await page.getByLabel('Name').fill('Aurora High');
  await stage.admin.call('PATCH', `/api/v1/drops/${drop.id}`, { perShopperLimit: 3 });
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  // Who meant something else collides with nobody; who meant the same is asked.
  expect((await stage.admin.call('GET', `/api/v1/drops/${drop.id}`)).body).toMatchObject({
    ...{ name: 'Aurora High', perShopperLimit: 3 },
  });
  await page.getByLabel('Name').fill('Aurora Highest');
  await stage.admin.call('PATCH', `/api/v1/drops/${drop.id}`, { name: 'Aurora Mid' });
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Somebody has changed this drop since you began').waitFor();
  await page.getByText('Aurora Mid').first().waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'plan-conflict');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  const { body } = await stage.admin.call('GET', `/api/v1/drops/${drop.id}`);
  expect(body).toMatchObject({ name: 'Aurora Highest', perShopperLimit: 3 });
  expect(faults).toEqual([]);
});

test('4.2: what was asked for before a change and is answered after it does not bring the old name back', async () => {
  const { body: drop } = await stage.admin.createDrop();
  const { page } = await stage.visit({ as: 'merchant', at: `/drops/${drop.id}` });
  const name = page.getByRole('heading', { level: 1 });
  await page.getByLabel('Name').fill('Aurora New');
  const old = await holdAnswer(page, new RegExp(`/api/v1/drops/${drop.id}$`));
  await page.getByRole('button', { name: 'Save' }).first().click();
  await name.getByText('Aurora New').waitFor();
  await page.evaluate(() => {
    const heading = document.querySelector('h1') as HTMLElement;
    const names: (string | null)[] = [];
    new MutationObserver(() => names.push(heading.textContent)).observe(heading, {
      ...{ characterData: true, childList: true, subtree: true },
    });
    Object.assign(window, { names });
  });
  await old.release();
  await page.waitForResponse((answer) => answer.url().endsWith(`/drops/${drop.id}`));
  expect(await page.evaluate(() => (window as unknown as { names: string[] }).names)).toEqual([]);
  expect(await name.textContent()).toBe('Aurora New');
});

test('4.11: a policy is changed where its bounds and reasons stand', async () => {
  const { body: drop } = await stage.admin.createDrop({ admission: { ratePerMinute: 60 } });
  const { page } = await stage.visit({ as: 'operator', at: `/drops/${drop.id}`, theme: 'dark' });
  const rate = page.getByLabel('Entries a minute');
  await rate.fill('1000001');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('must be at most 1,000,000').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'plan-policy');
  await rate.fill('600');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  expect((await stage.admin.call('GET', `/api/v1/drops/${drop.id}`)).body.admission.ratePerMinute).toBe(600);
});

test('4.11: another like it takes a time of its own', async () => {
  const { body: drop } = await stage.admin.createDrop();
  const { page } = await stage.visit({ as: 'merchant', at: `/drops/${drop.id}` });
  await page.getByRole('button', { name: 'Make another like it' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.getByLabel('Name').fill('Aurora again');
  await dialog.getByRole('spinbutton', { name: /day/ }).first().focus();
  await typeTime(page, '2027-05-01T18:00');
  await checkAccessibility(page);
  await takeScreen(page, 'plan-clone');
  await dialog.getByRole('button', { name: 'Schedule the drop' }).click();
  await page.getByRole('heading', { name: 'Aurora again', level: 1 }).waitFor();
});

test('4.11: colours that can not be read are told while they are chosen; the preview is the room’s own page', async () => {
  room = await startRoom(stage.admin.redisUrl, 'room-1');
  const admin = await stage.admin.another({ ROOM_URL: room.url });
  const { body: drop } = await stage.admin.createDrop();
  await waitUntil(async () => (await fetch(`${room?.url}/v1/drops/${drop.id}/pulse`)).ok);
  const { page, faults } = await stage.visit({
    as: 'merchant',
    at: `/drops/${drop.id}/look`,
    from: admin.url,
  });
  await page.getByLabel('Message to the line').fill('Two pairs each.');
  await page.getByLabel('Own colours').check();
  await page.getByText('Every pair of colours can be read').waitFor();
  await page.getByLabel('Text', { exact: true }).fill('#e0e0e0');
  await page.getByText('Some can not be read').waitFor();
  await page.frameLocator('iframe').locator('main').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'look-unreadable');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Text', { exact: true }).fill('#101418');
  await page.getByText('Every pair of colours can be read').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  const frame = page.frameLocator('iframe');
  // The room hears of it within a second: the page that was asked for before may be the one of before.
  await waitUntil(
    async () => {
      // An empty frame is one that is still on its way.
      await frame.locator('main').waitFor();
      if (await frame.getByText('Two pairs each.').isVisible()) return true;
      await page.reload();
      return false;
    },
    { timeoutMs: 90_000, everyMs: 500 },
  );
  const picture = {
    name: 'sign.png',
    mimeType: 'image/png',
    buffer: await page.locator('.brand').first().screenshot(),
  };
  await page.locator('.logo input[type=file]').setInputFiles(picture);
  const logo = page.getByRole('img', { name: 'The logo on the page' });
  await waitUntil(() => logo.evaluate((image: HTMLImageElement) => image.naturalWidth > 0), {
    timeoutMs: 60_000,
  });
  await frame.locator('main').waitFor();
  await takeScreen(page, 'look-preview');
  await checkAccessibility(page);
  expect(faults).toEqual([]);
  // Whoever only reads sees the same, and no field.
  const reader = await stage.visit({
    ...{ as: 'viewer', locale: 'de-DE', at: `/drops/${drop.id}/look`, from: admin.url },
  });
  await reader.page.getByText('Two pairs each.').first().waitFor();
  await reader.page.frameLocator('iframe').getByText('Two pairs each.').waitFor();
  await reader.page.getByText('#101418').waitFor();
  const fields = reader.page.locator('main :is(input, textarea)');
  expect(await fields.count()).toBe(0);
  await reader.page.getByLabel('Zustand').selectOption({ label: 'ausverkauft' });
  await reader.page.frameLocator('iframe').locator('main[data-state=sold-out]').waitFor();
  await checkAccessibility(reader.page);
  await takeScreen(reader.page, 'look-read-only');
  await checkReflow(reader.page);
  expect(reader.faults).toEqual([]);
  await page.setViewportSize({ width: 320, height: 720 });
  await checkReflow(page);
});

test('4.11: stock is put in and taken out with a reason; much is asked about, and never more than there is', async () => {
  const { body: drop } = await stage.admin.createDrop();
  await waitUntil(
    async () => (await stage.admin.call('GET', `/api/v1/drops/${drop.id}/stock`)).status === 200,
  );
  const { page, faults } = await stage.visit({ as: 'operator', at: `/drops/${drop.id}/stock` });
  await page.getByRole('rowheader', { name: /Aurora Low, size 41/ }).waitFor();
  await page.getByLabel('Units').fill('5');
  await page.getByLabel('Reason').fill('Pallet 7');
  await page.getByRole('button', { name: 'Move stock' }).click();
  await page.getByText('5 units of low-41 put in.').waitFor();
  await page
    .getByRole('row', { name: /low-41/ })
    .getByRole('cell', { name: '65', exact: true })
    .first()
    .waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'stock');
  await page.getByLabel('Way').selectOption('Take out');
  await page.getByLabel('Units').fill('40');
  await page.getByLabel('Reason').fill('Water in the warehouse');
  await page.getByRole('button', { name: 'Move stock' }).click();
  const asks = page.getByRole('alertdialog');
  await asks.getByText('Of 65 available, 40 are taken out.').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'stock-confirm');
  await asks.getByRole('button', { name: 'Do it' }).click();
  await page.getByText('40 units of low-41 taken out.').waitFor();
  await page.getByLabel('Units').fill('1000');
  await page.getByLabel('Reason').fill('A mistake');
  await page.getByRole('button', { name: 'Move stock' }).click();
  await page.getByText('Not so much is available.').waitFor();
  await checkAccessibility(page);
  expect(faults).toEqual([]);
});
