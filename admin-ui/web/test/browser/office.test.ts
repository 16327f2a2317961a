// The back office in a real browser: orders, people, keys, webhooks, audit log, report, look-up; by each role, keyboard and theme.

import { waitUntil } from '@sluice/service-kit/testing';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { placeReference } from '../../../server/src/domain/place-reference.ts';
import { checkAccessibility } from './support/check-accessibility.ts';
import { focusedInDialog } from './support/focus.ts';
import { holdAnswer } from './support/hold-answer.ts';
import { plantFailures } from './support/plant-examples.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';
import { typeTime } from './support/type-time.ts';

const stage = setStage();
let drop: string;
let order: { id: string; number: string };
let webhook: string;

beforeAll(async () => {
  const { admin } = stage;
  const plan = { name: 'Aurora Low', timeZone: 'Europe/Berlin' };
  drop = (await admin.createDrop(plan)).body.id;
  order = await admin.buy({ drop, customer: 'ada@shop.example', quantity: 2, declinedFirst: true });
  for (const quantity of [1, 2, 1]) await admin.buy({ drop, sku: 'low-42', quantity });
  const made = await admin.call('POST', '/api/v1/webhooks', {
    url: 'http://127.0.0.1:9/hooks/warehouse',
    types: ['order.paid', 'order.refunded'],
  });
  webhook = made.body.id;
  const sold = await admin.buy({ drop, customer: 'grace@shop.example' });
  const dead = `update checkout.event_deliveries set status = 'dead', tries = 12, last_error = 'connection refused'`;
  await waitUntil(async () => (await admin.database.query(dead)).rowCount);
  await admin.call(
    'POST',
    `/api/v1/orders/${sold.id}/cancellation`,
    { reason: 'ordered twice', confirm: true },
    { 'idempotency-key': 'c' },
  );
  await admin.call('POST', '/api/v1/keys', { name: 'stock import', scopes: ['drops.read', 'stock.move'] });
});

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first();

const pages = () =>
  [
    { at: '/orders', name: 'orders-list', heading: /Orders|Bestellungen/ },
    { at: '/orders?q=nobody', name: 'orders-none', heading: /Orders|Bestellungen/ },
    { at: `/orders/${order.id}`, name: 'order-story', heading: /Order|Bestellung/ },
    { at: `/drops/${drop}/orders`, name: 'drop-orders', heading: /Orders|Bestellungen/ },
    { at: `/drops/${drop}/report`, name: 'report', heading: /Report|Bericht/ },
    { at: `/drops/${drop}/look-up`, name: 'look-up', heading: /Look-up|Nachschlagen/ },
    { at: '/people', name: 'people', heading: /People|Personen/ },
    { at: '/keys', name: 'keys', heading: /API/ },
    { at: '/webhooks', name: 'webhooks', heading: /Webhooks/ },
    { at: `/webhooks/${webhook}`, name: 'webhook-dead-letters', heading: /Webhook/ },
    { at: '/audit', name: 'audit', heading: /Audit log|Protokoll/ },
  ] as const;

test('4.15: what a role may not do is not offered, and refused where it comes by the address', async () => {
  const mayNot: Record<string, string[]> = {
    merchant: ['/people', '/keys', '/audit'],
    operator: ['/people', '/keys'],
    viewer: ['/people', '/keys', '/audit', '/webhooks'],
  };
  for (const role of ['merchant', 'operator', 'viewer'] as const) {
    const { page, faults } = await stage.visit({ as: role, at: '/orders' });
    await heading(page, 'Orders').waitFor();
    for (const { at } of pages()) {
      const isOffered = await page
        .getByRole('navigation', { name: 'Pages', exact: true })
        .locator(`a[href="${at}"]`)
        .count();
      if (mayNot[role]?.includes(at)) expect(isOffered, `${role} ${at}`).toBe(0);
    }
    await page.goto(`${stage.origin}/orders/${order.id}`);
    await page.getByText('What happened').waitFor();
    const mayChange = role === 'merchant';
    expect(await page.getByRole('button', { name: 'Refund' }).count(), role).toBe(mayChange ? 1 : 0);
    expect(faults).toEqual([]);
    for (const at of mayNot[role] ?? []) {
      await page.goto(stage.origin + at);
      await page.getByText('Your role does not include this').waitFor();
    }
  }
  const limited = await stage.visit({ as: 'merchant', drops: ['another-drop'], at: '/orders' });
  await limited.page.getByText('Nobody has bought anything yet').waitFor();
  await limited.page.goto(`${stage.origin}/orders/${order.id}`);
  await limited.page.getByText('There is no such order').first().waitFor();
});

test('4.11: an order is found by the reference a shopper reads out, and refunded in part, by keyboard alone', async () => {
  const { page, faults } = await stage.visit({ as: 'merchant', at: '/orders' });
  await heading(page, 'Orders').waitFor();
  await tabTo(page, 'Order, place reference, ticket number or customer');
  await page.keyboard.type(placeReference(order.number).toLowerCase());
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=/);
  // What was there before has gone, and what was asked for has come.
  await expect.poll(() => page.locator('tbody tr').count(), { timeout: 60_000 }).toBe(1);
  await tabTo(page, placeReference(order.number));
  await page.keyboard.press('Enter');
  await page.getByText('Payment declined').waitFor();
  await takeScreen(page, 'order-story');
  await tabTo(page, 'Refund');
  await page.keyboard.press('Enter');
  await page.getByRole('alertdialog').waitFor();
  await checkAccessibility(page);
  await focusedInDialog(page);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('129,00');
  await tabTo(page, /low-41/);
  await page.keyboard.type('1');
  await tabTo(page, 'Reason');
  await page.keyboard.type('one pair was too small');
  await takeScreen(page, 'order-refund');
  await page.keyboard.press('Enter');
  await page.getByText('The refund is on its way.').waitFor();
  await page.getByText('Partly refunded').waitFor({ timeout: 120_000 });
  await checkAccessibility(page);
  await takeScreen(page, 'order-refunded');
  const { body } = await stage.admin.call('GET', `/api/v1/orders/${order.id}`);
  expect(body.order).toMatchObject({ refundedMinor: 12_900, status: 'partially_refunded' });
  expect(faults).toEqual([]);
});

test('4.14: orders are found by the time they were bought, in the clocks of the drop', async () => {
  const { page, faults } = await stage.visit({ as: 'viewer', at: `/drops/${drop}/orders` });
  await page.getByText('Clock times in Europe/Berlin').first().waitFor();
  const found = page.getByRole('link', { name: placeReference(order.number) });
  await found.waitFor();
  const from = page.getByRole('group', { name: /Bought from/ });
  await from.getByRole('spinbutton').first().focus();
  await typeTime(page, '2100-01-01T00:00');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('No order fits').waitFor();
  expect(new URL(page.url()).searchParams.get('from')).toContain('2100-01-01T00:00');
  const taken = await page.getByRole('link', { name: 'Export as CSV' }).getAttribute('href');
  expect(new URLSearchParams(taken?.split('?')[1]).get('from')).toBe('2099-12-31T23:00:00Z');
  await page.goto(`${stage.origin}/drops/${drop}/orders?from=2020-01-01T00:00&to=2100-01-01T00:00`);
  await found.waitFor();
  expect(faults).toEqual([]);
});

test('4.14: what is being typed into the search stays there while the zones of drops are still on their way', async () => {
  const { page } = await stage.visit({ as: 'viewer' });
  const late = holdAnswer(page, /\/api\/v1\/drops\?/);
  await page.goto(`${stage.origin}/drops/${drop}/orders?from=2020-01-01T00:00`);
  const field = page.getByRole('searchbox', { name: /place reference/ });
  await field.fill('half a refer');
  await (await late).release();
  await page.getByText('Clock times in Europe/Berlin').first().waitFor();
  expect(await field.inputValue()).toBe('half a refer');
  await field.press('e');
  expect(await field.inputValue()).toBe('half a refere');
});

/** Moves the focus on, as long as it takes, to what has that name. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      return (
        element?.labels?.[0]?.textContent ?? element?.getAttribute('aria-label') ?? element?.textContent ?? ''
      );
    });
    if (typeof name === 'string' ? focused.trim().startsWith(name) : name.test(focused)) return;
  }
  throw new Error(`the keyboard does not reach ${String(name)}`);
}

test('4.14: somebody is invited with a limit to drops, changed and shut out; a key is told once and revoked', async () => {
  const { page, faults } = await stage.visit({ as: 'owner', at: '/people' });
  await page.getByRole('button', { name: 'Invite' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('E-mail address').fill('not an address');
  await dialog.getByLabel('Name').fill('Grace');
  await dialog.getByRole('button', { name: 'Invite' }).click();
  await dialog.locator('.fault').first().waitFor();
  await checkAccessibility(page);
  await dialog.getByLabel('E-mail address').fill('grace@shop.example');
  await dialog.getByLabel('Role').selectOption('operator');
  await dialog.getByLabel('Drops').selectOption('some');
  await dialog.getByLabel('Aurora Low').first().check();
  await takeScreen(page, 'people-invite');
  await dialog.getByRole('button', { name: 'Invite' }).click();
  await page.getByText('Link for grace@shop.example.').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'people-invited');
  await page.getByRole('button', { name: 'Change Grace' }).click();
  await dialog.waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'people-change');
  await page.getByRole('button', { name: 'Shut out' }).click();
  await page.getByRole('row', { name: /Grace/ }).getByText('Shut out', { exact: true }).waitFor();

  await page.goto(`${stage.origin}/keys`);
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByLabel('Name').fill('nightly report');
  await checkAccessibility(page);
  await takeScreen(page, 'keys-make');
  await page.getByRole('dialog').getByRole('button', { name: 'Make a key' }).click();
  await page.getByText('Shown this once').waitFor();
  await checkAccessibility(page);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('button', { name: 'Revoke “nightly report”' }).click();
  await page.getByRole('alertdialog').waitFor();
  await checkAccessibility(page);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('The key is revoked.').waitFor();
  expect(faults).toEqual([]);
});

test('4.14: a webhook is added, its dead letters replayed; the audit log is filtered, opened and verified', async () => {
  const { page, faults } = await stage.visit({ as: 'operator', at: '/webhooks' });
  await page.getByText('dead letter').first().waitFor();
  await page.getByRole('link', { name: /warehouse/ }).click();
  await page.getByRole('button', { name: 'All once more' }).click();
  await page.getByText(/tried again/).waitFor();
  await page.goto(`${stage.origin}/webhooks`);
  await page.getByRole('button', { name: 'Add an address' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('ftp://shop.example');
  await page.getByRole('dialog').getByRole('button', { name: 'Add an address' }).click();
  await page.getByRole('dialog').locator('.fault').first().waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'webhooks-refused');

  await page.goto(`${stage.origin}/audit`);
  await page.getByLabel('What', { exact: true }).selectOption('webhook.');
  await page.waitForURL(/act=webhook/);
  // What is taken away is what is shown.
  await page.locator('a[href="/api/v1/audit/export?act=webhook."]').waitFor();
  await page
    .getByRole('button', { name: /^Open entry/ })
    .first()
    .click();
  await page.getByRole('dialog').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'audit-entry');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Verify the log' }).click();
  await page.getByText(/^Intact/).waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'audit-verified');
  expect(faults).toEqual([]);
});

test('4.14: what failed in the background says what it was and why in the language of the screen, and what the machine said below', async () => {
  await plantFailures(stage.admin);
  const { page, faults } = await stage.visit({ as: 'operator', at: '/webhooks', locale: 'de-DE' });
  const row = page.getByRole('row', { name: /Erstattung ausführen/ });
  await row.getByText('Keine Antwort in der Zeit').waitFor();
  const raw = row.locator('code[lang=en]');
  expect(await raw.textContent()).toBe('Operation timed out after 3000ms');
  // Nothing of the machine's own stands outside of it.
  const spoken = await page.locator('main').evaluate((main) => {
    const copy = main.cloneNode(true) as HTMLElement;
    for (const code of copy.querySelectorAll('code[lang=en]')) code.remove();
    return copy.textContent;
  });
  expect(spoken).not.toMatch(/settle_refund|send_receipt|ECONNREFUSED|timed out/);
  await checkAccessibility(page);
  await takeScreen(page, 'failed-tasks');
  expect(faults).toEqual([]);
});

test('4.9: a look-up tells the whole story, and says so when the checkout does not answer', async () => {
  const { page, faults } = await stage.visit({ as: 'viewer', at: `/drops/${drop}/look-up` });
  await page.getByLabel('Place reference, ticket number, ticket or order').fill(placeReference(order.number));
  await page.keyboard.press('Enter');
  await page.getByText('Payment declined').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'look-up-found');
  stage.admin.roads.checkout.cut();
  await page.goto(`${stage.origin}/orders`);
  await page.getByText('The checkout does not answer right now.').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'orders-no-checkout');
  await page.goto(`${stage.origin}/drops/${drop}/report`);
  await page.getByText('what was sold is missing here').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'report-no-checkout');
  stage.admin.roads.checkout.restore();
  await waitUntil(async () => (await stage.admin.call('GET', '/api/v1/orders')).status === 200, {
    timeoutMs: 60_000,
  });
  expect(faults).toEqual([]);
});
