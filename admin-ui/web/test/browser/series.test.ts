// Drops that recur, as a merchant plans them: made from a drop, seen ahead, one left out, one and all later ones changed, ended.

import { expect, test } from 'vitest';
import { inSeconds } from '../../../server/test/support/control-plane.ts';
import { checkAccessibility, checkReflow } from './support/check-accessibility.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';

const stage = setStage();

test('4.2: a drop is made to recur; the next ones are seen, changed alone or with all later ones, left out, ended', async () => {
  const opensAt = inSeconds(26 * 3600);
  // Not of whole minutes: the form offers the nearest.
  const closesAt = new Date(Date.parse(opensAt) + 7_212_345).toISOString();
  const { body: drop } = await stage.admin.createDrop({ opensAt, closesAt });
  const { page, faults } = await stage.visit({ as: 'merchant', at: '/series' });
  await page.getByText('There is no series yet').waitFor();
  await checkAccessibility(page);
  await page.goto(`${stage.origin}/drops/${drop.id}`);
  await page.getByRole('button', { name: 'Make it recur' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Id').fill('Not An Id');
  await dialog.getByLabel('Recurs').selectOption('daily');
  await dialog.getByLabel('Made so many days ahead').fill('3');
  await dialog.getByRole('button', { name: 'Make it recur' }).click();
  await dialog.getByText('characters or a form that can not stand here').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'series-make');
  await dialog.getByLabel('Id').fill('nightly');
  await dialog.getByRole('button', { name: 'Make it recur' }).click();
  await page.getByRole('heading', { name: 'Aurora Low', level: 1 }).waitFor();
  await page.getByText('FREQ=DAILY').waitFor();
  const made = page.getByRole('link', { name: /^nightly-/ });
  await made.first().waitFor();
  const { body: series } = await stage.admin.call('GET', '/api/v1/series/nightly');
  expect(series).toMatchObject({ openSeconds: 7200, aheadDays: 3, admission: { ratePerMinute: 60 } });
  await checkAccessibility(page);
  await checkReflow(page);
  await takeScreen(page, 'series');

  // One alone, on its own page.
  const [first, second] = series.next;
  await made.first().click();
  await page.getByText('Part of a series').waitFor();
  await page.getByLabel('Name').fill('Aurora First');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Show the series' }).click();
  await page.getByText('Edited alone', { exact: true }).waitFor();

  // One and all later ones.
  await page.getByLabel('From').selectOption(second.local);
  await page.getByLabel('Entries a minute').fill('90');
  await page.getByRole('button', { name: 'Change them' }).click();
  await page
    .getByText('that was made already is changed, too')
    .or(page.getByText('that were made already are changed, too'))
    .waitFor();
  const rateOf = async (id: string) =>
    (await stage.admin.call('GET', `/api/v1/drops/${id}`)).body.admission.ratePerMinute;
  expect([await rateOf(first.drop), await rateOf(second.drop)]).toEqual([60, 90]);

  // One that is not made yet is left out.
  const unmade = series.next.find((one: { drop: string | null }) => one.drop === null);
  await page.getByRole('button', { name: `Leave out ${unmade.local.replace('T', ' ')}` }).click();
  await page.getByText('Left out.', { exact: true }).waitFor();
  expect((await stage.admin.call('GET', '/api/v1/series/nightly')).body.skipped).toEqual([unmade.local]);

  await page.getByRole('button', { name: 'End the series' }).click();
  await page.getByRole('alertdialog').waitFor();
  await checkAccessibility(page);
  await page.getByRole('alertdialog').getByRole('button', { name: 'End the series' }).click();
  await page.getByText('It has ended: no more drops are made.').waitFor();
  expect((await stage.admin.call('GET', '/api/v1/series/nightly')).body.endedAt).not.toBeNull();
  await checkAccessibility(page);
  expect(faults).toEqual([]);
});

test('4.2: a drop goes back to draft and is scheduled again, and is offered neither once its lobby is open', async () => {
  const { body: drop } = await stage.admin.createDrop();
  const { page, faults } = await stage.visit({ as: 'merchant', at: `/drops/${drop.id}` });
  await page.getByRole('button', { name: 'Back to draft' }).click();
  await page.getByText('It is a draft again.', { exact: true }).waitFor();
  await page.getByText('Draft', { exact: true }).first().waitFor();
  expect((await stage.admin.call('GET', `/api/v1/drops/${drop.id}`)).body.isDraft).toBe(true);
  await checkAccessibility(page);
  await takeScreen(page, 'plan-draft');
  await page.getByRole('button', { name: 'Schedule the drop' }).click();
  await page.getByText('It is scheduled again.', { exact: true }).waitFor();
  expect((await stage.admin.call('GET', `/api/v1/drops/${drop.id}`)).body.isDraft).toBe(false);
  const { body: lobby } = await stage.admin.createDrop({
    opensAt: inSeconds(600),
    admission: { lobbySeconds: 900 },
  });
  await page.goto(`${stage.origin}/drops/${lobby.id}`);
  await page.getByText('Lobby', { exact: true }).first().waitFor();
  expect(await page.getByRole('button', { name: 'Back to draft' }).count()).toBe(0);
  expect(faults).toEqual([]);
});
