/** Every dialog that a page can open by one press, and what holds for each of them by keyboard alone. */
import { waitUntil } from '@sluice/service-kit/testing';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { unreachedByKeyboard } from './reach-by-keyboard.ts';
import { said } from './said.ts';

export interface Opener {
  /** Address of its page, with `$drop` and so on. */
  readonly at: string;
  /** Id of the message on its button. */
  readonly by: string;
  /** The file that has the dialog, below `src/`. */
  readonly in: string;
  /** The button is called after its field, too. */
  readonly isOfField?: boolean;
}

const CONTROL = { at: '/drops/$drop/control', in: 'pages/control-room/act-dialogs.tsx' };

export const DIALOGS: readonly Opener[] = [
  { at: '/drops/new', by: 'ui.calendar', in: 'ui/date-time-field.tsx', isOfField: true },
  { at: '/drops/$drop', by: 'drops.clone', in: 'pages/drops/clone-dialog.tsx' },
  { at: '/drops/$drop', by: 'series.make', in: 'pages/drops/recur-dialog.tsx' },
  { at: '/drops/$drop/access', by: 'access.access-make', in: 'pages/access/codes-dialog.tsx' },
  { at: '/drops/$drop/access', by: 'access.bypass-make', in: 'pages/access/codes-dialog.tsx' },
  { at: '/drops/$drop/access', by: 'access.revoke-one', in: 'pages/access/code-lists.tsx' },
  ...['max-sessions', 'restock', 'queue-all', 'pass-through', 'ignore-capacity', 'revoke', 'close'].map(
    (act) => ({ ...CONTROL, by: `control.${act}` }),
  ),
  { at: '/drops/$drop/control', by: 'control.keys', in: 'pages/control-room/shortcuts.tsx' },
  ...['refund', 'cancel', 'fulfil'].map((act) => ({
    ...{ at: '/orders/$order', by: `orders.do-${act}`, in: 'pages/orders/order-dialogs.tsx' },
  })),
  { at: '/series/$series', by: 'series.end', in: 'pages/series/series-page.tsx' },
  { at: '/people', by: 'people.invite', in: 'pages/people/account-dialogs.tsx' },
  { at: '/people', by: 'people.change-one', in: 'pages/people/account-dialogs.tsx' },
  { at: '/keys', by: 'keys.make', in: 'pages/keys/key-dialog.tsx' },
  { at: '/keys', by: 'keys.revoke-one', in: 'pages/keys/keys-page.tsx' },
  { at: '/webhooks', by: 'webhooks.add', in: 'pages/webhooks/webhook-dialog.tsx' },
  { at: '/webhooks/$webhook', by: 'webhooks.delete', in: 'pages/webhooks/webhook-page.tsx' },
  { at: '/audit', by: 'audit.open-one', in: 'pages/audit/audit-page.tsx' },
];

const OPENED = '[role=dialog], [role=alertdialog]';

/**
 * Opens it by keyboard, keeps the focus in it however often Tab is pressed, lets Tab reach all of it, and leaves it by Escape, back to
 * where it was opened.
 * @param look at it while it is open
 */
export async function walkDialog(
  page: Page,
  { at, by, isOfField = false }: Opener,
  locale: 'en' | 'de',
  look: (where: string) => Promise<void>,
): Promise<void> {
  const where = `${at} ${by}`;
  const name = isOfField ? new RegExp(said(by, locale).source.slice(0, -1)) : said(by, locale);
  const opener = page.getByRole('button', { name }).first();
  await opener.press('Enter');
  const dialog = page.locator(OPENED).last();
  await dialog.waitFor();
  // With the next frame, as it is given back.
  const isInside = (keys: string) =>
    waitUntil(() => dialog.evaluate((element) => element.contains(document.activeElement)), {
      what: `${where}: the focus in it after ${keys}`,
    });
  await isInside('Enter');
  await look(where);
  await isInside('Enter');
  expect({ where, unreached: await unreachedByKeyboard(page) }).toEqual({ where, unreached: [] });
  for (const keys of ['Tab', 'Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab']) {
    await page.keyboard.press(keys);
    await isInside(keys);
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  // Given back with the next frame.
  const isBack = () => opener.evaluate((element) => element === document.activeElement);
  await waitUntil(isBack, { what: `${where}: the focus back at its button` });
}
