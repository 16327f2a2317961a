// Who may join a drop, as a merchant sets it: codes made and saved once, people who skip the line, member classes; and drops that recur.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkAccessibility, checkReflow } from './support/check-accessibility.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';

const stage = setStage();
const dropOf = async (id: string) => (await stage.admin.call('GET', `/api/v1/drops/${id}`)).body;
const codesOf = async (id: string) => (await stage.admin.call('GET', `/api/v1/drops/${id}/codes`)).body;

test('4.2: a drop is for people with a code: codes are made, saved as a file this once, and withdrawn', async () => {
  const { body: drop } = await stage.admin.createDrop();
  const { page, faults } = await stage.visit({ as: 'merchant', at: `/drops/${drop.id}/access` });
  await page.getByText('There are no access codes').waitFor();
  await checkAccessibility(page);
  await page.getByRole('combobox', { name: 'Who may join' }).selectOption('code');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Saved. The waiting room goes by it within a second.').waitFor();
  expect((await dropOf(drop.id)).access.codeRequired).toBe(true);

  await page.getByRole('button', { name: 'Make access codes' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('For whom').fill('Newsletter');
  await dialog.getByLabel('Codes').fill('many');
  await dialog.getByRole('button', { name: 'Make access codes' }).click();
  await dialog.getByText('must be a whole number').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'access-make');
  await dialog.getByLabel('Codes').fill('7');
  await dialog.getByRole('button', { name: 'Make access codes' }).click();
  await page.getByText('7 codes for “Newsletter”.').waitFor();
  await page.getByText('2 more in the file.').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as CSV' }).click(),
  ]);
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines).toHaveLength(8);
  expect(lines[1]).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3},"Newsletter",1$/);
  await checkAccessibility(page);
  await checkReflow(page);
  await takeScreen(page, 'access-codes');
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByText(lines[1]?.split(',')[0] ?? '').waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Withdraw “Newsletter”' }).click();
  await page.getByRole('alertdialog').waitFor();
  await checkAccessibility(page);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Withdraw', exact: true }).click();
  await page.getByText('Withdrawn', { exact: true }).waitFor();
  expect((await codesOf(drop.id)).batches[0].revokedAt).not.toBeNull();
  expect(faults).toEqual([]);
});

test('4.2: somebody is put on the bypass list; classes get names, and a private key is refused at its field', async () => {
  const { body: drop } = await stage.admin.createDrop();
  const { page, faults } = await stage.visit({ as: 'merchant', at: `/drops/${drop.id}/access` });
  await page.getByRole('button', { name: 'Add to the bypass list' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('For whom').fill('Photographer');
  await dialog.getByLabel('Kind of code').selectOption('word');
  await dialog.getByLabel('Word').fill('press-2026');
  await dialog.getByLabel('Uses of each code').fill('2');
  await dialog.getByRole('button', { name: 'Add to the bypass list' }).click();
  await page.getByText('press-2026').waitFor();
  await page.getByText('0 of 2').waitFor();
  expect((await codesOf(drop.id)).batches[0]).toMatchObject({ kind: 'bypass', usesMax: 2, isWord: true });

  await page.getByRole('button', { name: 'Add a class' }).click();
  await page.getByLabel('Name').fill('gold');
  await page.getByLabel('Band').fill('0');
  const keys = page.getByLabel('Public keys that sign');
  const key = { kid: 'shop', kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) };
  await keys.fill('not json');
  await page.getByRole('button', { name: 'Save' }).last().click();
  await page.getByText('must be JSON').waitFor();
  await keys.fill(JSON.stringify({ ...key, d: 'secret' }));
  await page.getByRole('button', { name: 'Save' }).last().click();
  await page.getByRole('alert').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'access-classes');
  await keys.fill(JSON.stringify(key));
  await page.getByRole('button', { name: 'Save' }).last().click();
  await page.getByText('Saved. The waiting room goes by it within a second.').waitFor();
  expect((await dropOf(drop.id)).access.members).toMatchObject({
    keys: [key],
    classes: [{ name: 'gold', band: 0, chances: 2, headStartSeconds: 0 }],
  });
  expect(faults).toEqual([]);
});

test('4.14: who only reads sees for whom codes are, and can make and withdraw none', async () => {
  const { body: drop } = await stage.admin.createDrop();
  await stage.admin.call('POST', `/api/v1/drops/${drop.id}/codes`, { label: 'Friends', count: 2 });
  const { page } = await stage.visit({ as: 'viewer', withoutMfa: true, at: `/drops/${drop.id}/access` });
  await page.getByText('Friends').waitFor();
  expect(await page.getByRole('button', { name: /Make|Add|Withdraw|Save/ }).count()).toBe(0);
  await checkAccessibility(page);
});
