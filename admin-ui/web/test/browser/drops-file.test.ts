// Drops as code on the screen: taken out, faulty, planned, asked about, applied; in both languages, by keyboard, and by nobody who may not.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { checkAccessibility, checkReflow } from './support/check-accessibility.ts';
import { focused, focusedInDialog } from './support/focus.ts';
import { unreachedByKeyboard } from './support/reach-by-keyboard.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';

const stage = setStage();

const fileOf = (...drops: object[]) => stringify({ version: 1, drops });
const anyNew = (id: string, more: object = {}) => ({
  ...{ id, name: 'From a file', opensAt: '2027-01-15T17:00:00Z', timeZone: 'Europe/Berlin' },
  page: { returnOrigins: ['https://shop.example'] },
  products: [{ sku: 'low-41', name: 'Size 41', priceMinor: 12_900, stock: 60 }],
  ...more,
});
const dropOf = async (id: string) => (await stage.admin.call('GET', `/api/v1/drops/${id}`)).body;

test('4.3: a merchant reads a file in: faults by line, the plan as a diff, applied once it was confirmed', async () => {
  const opensAt = new Date(Date.now() - 1000).toISOString();
  const id = (await stage.admin.createDrop({ opensAt, admission: { lobbySeconds: 0 } })).body.id as string;
  const { page, faults } = await stage.visit({ as: 'merchant', at: '/drops' });

  // What is taken out is what can be read in again.
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export all' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('drops.yaml');
  const taken = parse(readFileSync(await download.path(), 'utf8'));
  const known = taken.drops.find((drop: { id: string }) => drop.id === id);
  await page.getByRole('link', { name: 'Import drops' }).click();
  await page.getByRole('heading', { level: 1, name: 'Import drops' }).waitFor();

  const text = page.getByLabel('The file');
  const look = () => page.getByRole('button', { name: 'Show the plan' }).click();
  await text.fill('version: 1\ndrops: [');
  await look();
  await page.locator('.fault', { hasText: 'line 2' }).waitFor();
  await text.fill('version: 1\ndrops:\n  - id: new-one\n    nme: x\n');
  await look();
  await page.getByRole('alert').getByText('is not a known field (line 4)').waitFor();
  await page.getByRole('alert').getByText('must be given (line 3)').first().waitFor();
  await checkAccessibility(page, 'faults');
  await checkReflow(page);
  expect(await page.getByRole('button', { name: 'Apply this plan' }).count()).toBe(0);

  // A file that is chosen, with one that is new, one that changes too much, one that can't.
  const changed = { ...known, admission: { ...known.admission, ratePerMinute: 3000 } };
  const codes = [{ label: 'guests', count: 2 }];
  const refused = anyNew('too-late', { opensAt: '2020-01-01T00:00:00Z' });
  const upload = (name: string, content: string) =>
    page
      .locator('input[type=file]')
      .setInputFiles({ name, mimeType: 'application/yaml', buffer: Buffer.from(content) });
  await upload('all.yaml', fileOf(anyNew('new-one', { codes }), changed, refused));
  await expect.poll(() => text.inputValue()).toContain('too-late');
  await look();
  await page.getByText('1 to create, 1 to change, 0 as they are, 1 refused.').waitFor();
  await page.getByText('While something is refused nothing of the file is done.').waitFor();
  await page.getByRole('article', { name: 'too-late' }).getByText('must not lie in the past').waitFor();
  expect(await page.getByRole('button', { name: 'Apply this plan' }).count()).toBe(0);

  await upload('some.yaml', fileOf(anyNew('new-one', { codes }), changed));
  await expect.poll(() => text.inputValue()).not.toContain('too-late');
  await look();
  const one = page.getByRole('article', { name: id });
  await one.locator('del', { hasText: '300' }).waitFor();
  await one.locator('ins', { hasText: '3,000' }).waitFor();
  await one.getByText('The rate goes from 300 to 3,000 a minute.').waitFor();
  await page.getByRole('article', { name: 'new-one' }).getByText('Fri, 15 Jan 2027, 18:00').waitFor();
  await page.getByText('Size 41 (low-41): 60 units at 12,900').waitFor();
  await checkAccessibility(page, 'plan');
  await checkReflow(page);
  await page.locator('.section').evaluate((element) => element.scrollIntoView());
  await takeScreen(page, 'drops-file-plan');
  expect(await unreachedByKeyboard(page)).toEqual([]);

  // By keyboard: what changes nothing has the focus, Escape leaves, and only Apply applies.
  const apply = page.getByRole('button', { name: 'Apply this plan' });
  await apply.focus();
  await page.keyboard.press('Enter');
  const question = page.getByRole('alertdialog', { name: 'Apply this plan?' });
  await question.getByText(`${id}: The rate goes from 300 to 3,000 a minute.`).waitFor();
  await checkAccessibility(page, 'question');
  await focusedInDialog(page);
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  await focused(apply);
  expect((await dropOf(id)).admission.ratePerMinute).toBe(300);
  await page.keyboard.press('Enter');
  await question.waitFor();
  await focusedInDialog(page);
  await page.keyboard.press('Tab');
  await focused(question.getByRole('button').last());
  await page.keyboard.press('Enter');
  await page.getByText('new-one: codes “guests”').waitFor();
  await checkAccessibility(page, 'applied');
  expect((await dropOf(id)).admission.ratePerMinute).toBe(3000);
  expect(await dropOf('new-one')).toMatchObject({ name: 'From a file', timeZone: 'Europe/Berlin' });

  // The same file again has nothing to do.
  await look();
  await page.getByText('0 to create, 0 to change, 2 as they are, 0 refused.').waitFor();
  await expect.poll(() => apply.count()).toBe(0);
  expect(faults).toEqual([]);
});

test('4.3: in German on a phone; whoever changes a drop after the plan was shown is not overwritten', async () => {
  const id = (await stage.admin.createDrop()).body.id as string;
  const look = { locale: 'de-DE', theme: 'dark', width: 320 } as const;
  const { page, faults } = await stage.visit({ as: 'owner', at: '/drops-file', ...look });
  await page
    .getByLabel('Die Datei')
    .fill(fileOf({ id, name: 'Neuer Name', opensAt: '2027-01-15T17:00:00Z', currency: 'USD' }));
  await page.getByRole('button', { name: 'Plan zeigen' }).click();
  await page.getByText('Die Währung bleibt EUR.').waitFor();
  await checkAccessibility(page, 'abgelehnt');
  await checkReflow(page);

  await page
    .getByLabel('Die Datei')
    .fill(fileOf({ id, name: 'Neuer Name', opensAt: '2027-01-15T17:00:00Z' }));
  await page.getByRole('button', { name: 'Plan zeigen' }).click();
  await page.getByText('0 neu, 1 geändert, 0 wie sie sind, 0 abgelehnt.').waitFor();
  await checkAccessibility(page, 'Plan');
  await checkReflow(page);
  await page.locator('.section').evaluate((element) => element.scrollIntoView());
  await takeScreen(page, 'drops-file-plan');
  await stage.admin.call('PATCH', `/api/v1/drops/${id}`, { perShopperLimit: 7, name: 'Anders' });
  await page.getByRole('button', { name: 'Diesen Plan ausführen' }).click();
  const question = page.getByRole('alertdialog');
  await question.waitFor();
  await checkReflow(page);
  await question.getByRole('button', { name: 'Ausführen' }).click();
  await question.getByRole('alert').waitFor();
  await checkAccessibility(page, 'geändert');
  expect(await dropOf(id)).toMatchObject({ name: 'Anders', perShopperLimit: 7 });
  expect(faults).toEqual([]);
});
