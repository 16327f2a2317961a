// What each role is offered on every page, and every dialog by keyboard. What somebody may not do is not there, not merely refused.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLong } from '@sluice/service-kit/testing';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test, vi } from 'vitest';
import { ROLE_PERMISSIONS } from '../../../server/src/contract/access.ts';
import type { Permission } from '../../../server/src/domain/roles.ts';
import { checkAccessibility, checkReflow } from './support/check-accessibility.ts';
import { DIALOGS, walkDialog } from './support/dialogs.ts';
import { addressesOf, arrived, PAGES } from './support/every-page.ts';
import { type Examples, plantExamples } from './support/plant-examples.ts';
import { said } from './support/said.ts';
import { setStage } from './support/stage.ts';

const stage = setStage();
// Each test goes to every page: against hanging only.
vi.setConfig({ testTimeout: 300_000 });
let examples: Examples;
beforeAll(async () => {
  examples = await plantExamples(stage.admin);
});

const at = (path: string) => path.replaceAll(/\$(\w+)/g, (_, name: string) => examples[name] ?? '');

const ofSomebody = PAGES.filter((page) => page.at !== 'public');
const ROLES = ['owner', 'merchant', 'operator', 'viewer'] as const;

/** What a page offers, by the message on it, to whoever has the permission and to nobody else. */
const ACTS: readonly (readonly [page: string, act: string, needs: Permission])[] = [
  ['/drops', 'drops.new', 'drops.plan'],
  ['/drops', 'files.import', 'drops.plan'],
  ['/drops-file', 'files.look', 'drops.plan'],
  ['/drops/$drop', 'drops.clone', 'drops.plan'],
  ['/drops/$drop', 'series.make', 'drops.plan'],
  ['/drops/$drop', 'drops.unschedule', 'drops.plan'],
  ['/drops/$drop', 'ui.save', 'drops.steer'],
  ['/drops/$drop/look', 'ui.save', 'page.change'],
  ['/drops/$drop/look', 'drops.logo-choose', 'page.change'],
  ['/drops/$drop/access', 'access.access-make', 'drops.plan'],
  ['/drops/$drop/access', 'access.bypass-make', 'drops.plan'],
  ['/drops/$drop/access', 'access.revoke-one', 'drops.plan'],
  ['/drops/$drop/access', 'access.class-add', 'drops.plan'],
  ['/drops/$drop/control', 'control.pause', 'drops.steer'],
  ['/drops/$drop/control', 'control.step-up', 'drops.steer'],
  ['/drops/$drop/control', 'control.max-sessions', 'drops.steer'],
  ['/drops/$drop/control', 'control.drain', 'drops.steer'],
  ['/drops/$drop/control', 'control.restock', 'stock.move'],
  ['/drops/$drop/control', 'control.queue-all', 'drops.override'],
  ['/drops/$drop/control', 'control.pass-through', 'drops.override'],
  ['/drops/$drop/control', 'control.ignore-capacity', 'drops.override'],
  ['/drops/$drop/control', 'control.revoke', 'drops.override'],
  ['/drops/$drop/control', 'control.close', 'drops.override'],
  ['/drops/$drop/rehearsal', 'rehearsal.start', 'drops.steer'],
  ['/drops/$drop/stock', 'stock.go', 'stock.move'],
  ['/orders/$order', 'orders.do-refund', 'orders.change'],
  ['/orders/$order', 'orders.do-cancel', 'orders.change'],
  ['/orders/$order', 'orders.do-fulfil', 'orders.change'],
  ['/series/$series', 'series.end', 'drops.plan'],
  ['/series/$series', 'series.skip-one', 'drops.plan'],
  ['/people', 'people.invite', 'accounts.manage'],
  ['/keys', 'keys.make', 'keys.manage'],
  ['/webhooks', 'webhooks.add', 'webhooks.manage'],
  ['/webhooks/$webhook', 'webhooks.delete', 'webhooks.manage'],
];

/** Buttons that change nothing but the screen: all that is left to somebody who only reads, beside what is their own (/account). */
const FOR_READERS = [
  ...['orders.search', 'look-up.go', 'drops.month-before', 'drops.today', 'drops.month-after'],
  ...['ui.calendar', 'ui.retry', 'control.keys'],
];

/** Acts that begin on a page of their own. */
const LINKS = ['drops.new', 'files.import'];

const offered = (page: Page, act: string) =>
  page
    .locator('main')
    .getByRole(LINKS.includes(act) ? 'link' : 'button', { name: said(act), disabled: false });

test.each(ROLES)(
  '4.15: %s walks every page, is offered what the role may do and nothing else, and meets no refusal',
  async (role) => {
    const may = (needs: Permission | undefined) =>
      needs === undefined || ROLE_PERMISSIONS[role].includes(needs);
    const { page, faults } = await stage.visit({ as: role });
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() === 403) refused.push(`${response.request().method()} ${response.url()}`);
    });
    for (const definition of ofSomebody) {
      const { path, needs } = definition;
      const [address = ''] = addressesOf([definition], examples);
      await page.goto(stage.origin + address);
      await arrived(page);
      const isTold = await page.getByText('Your role does not include this.').count();
      expect({ path, isTold }).toEqual({ path, isTold: may(needs) ? 0 : 1 });
      if (definition.at === 'main') {
        const link = page.getByRole('navigation', { name: 'Pages' }).locator(`a[href="${address}"]`);
        expect({ path, links: await link.count() }).toEqual({ path, links: may(needs) ? 1 : 0 });
      }
      if (isLong) await checkAccessibility(page, `${address} as ${role}`);
      for (const [where, act, permission] of ACTS.filter(([one]) => one === path)) {
        const isThere = may(needs) && may(permission);
        // What an answer brings may stand a moment after the heading.
        if (isThere) await offered(page, act).first().waitFor();
        const isOffered = (await offered(page, act).count()) > 0;
        expect({ where, act, isOffered }).toEqual({ where, act, isOffered: isThere });
      }
      if (role === 'viewer' && path !== '/account') {
        const buttons = page.locator('main').getByRole('button', { disabled: false });
        const labels = await buttons.evaluateAll((all) =>
          all
            .filter((one) => one.closest('th') === null) // Those sort.
            .map((one) => (one.getAttribute('aria-label') ?? one.textContent ?? '').trim()),
        );
        const acting = labels.filter((label) => !FOR_READERS.some((id) => said(id).test(label)));
        expect({ path, acting }).toEqual({ path, acting: [] });
        // Whoever can never change something reads it as text, not in fields that do not take what they type.
        const dark = page.locator('main :is(input, select, textarea):disabled, main [aria-disabled=true]');
        const fields = await dark.evaluateAll((all) => all.map((one) => one.getAttribute('name') ?? one.id));
        expect({ path, fields }).toEqual({ path, fields: [] });
      }
    }
    expect({ refused, faults }).toEqual({ refused: [], faults: [] });
  },
);

test('4.1: whoever is limited to some drops is not offered what concerns all of them', async () => {
  const { page, faults } = await stage.visit({ as: 'operator', drops: [examples.drop] });
  const ofAll = ofSomebody.filter(
    (one) => one.at !== 'drop' && one.needs && !['drops.read', 'orders.read'].includes(one.needs),
  );
  for (const definition of ofAll) {
    const [address = ''] = addressesOf([definition], examples);
    await page.goto(stage.origin + address);
    await page.getByText('Your role does not include this.').waitFor();
    const link = page.getByRole('navigation', { name: 'Pages' }).locator(`a[href="${address}"]`);
    expect({ address, links: await link.count() }).toEqual({ address, links: 0 });
  }
  await page.goto(`${stage.origin}/drops`);
  await page.getByRole('link', { name: 'Aurora Low' }).waitFor();
  expect(await offered(page, 'drops.new').count()).toBe(0);
  expect(faults).toEqual([]);
});

test('4.15: the walk through dialogs knows every file that has one', () => {
  const src = new URL('../../src/', import.meta.url).pathname;
  const withDialogs = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tsx') && /<Dialog\b/.test(readFileSync(join(src, file), 'utf8')))
    .sort();
  // Those that the server asks for, and that of a plan, walked where that happens: control-room, drops, sign-in, drops-file.
  const asked = ['session/proof-dialog.tsx', 'ui/confirmation.tsx', 'pages/drops-file/apply-dialog.tsx'];
  expect([...new Set([...DIALOGS.map((one) => one.in), ...asked])].sort()).toEqual(withDialogs);
});

const LOOKS = [
  { theme: 'light', width: 1280, locale: 'en-GB' },
  { theme: 'dark', width: 320, locale: 'de-DE' },
] as const;

test.each(LOOKS)(
  '4.15: each dialog opens by keyboard, keeps the focus, passes axe, and gives the focus back: $theme, $width px, $locale',
  async (how) => {
    const locale = how.locale === 'de-DE' ? 'de' : 'en';
    const { page, faults } = await stage.visit({ as: 'owner', ...how });
    for (const [index, opener] of DIALOGS.entries()) {
      // In `npm test` each dialog in one of both, in `npm run test:long` in each.
      if (!isLong && index % LOOKS.length !== LOOKS.indexOf(how)) continue;
      await page.goto(stage.origin + at(opener.at));
      await arrived(page);
      await walkDialog(page, opener, locale, async (where) => {
        await checkAccessibility(page, where);
        await checkReflow(page);
      });
    }
    expect(faults).toEqual([]);
  },
);
