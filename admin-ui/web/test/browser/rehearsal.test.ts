// A rehearsal from the form to the record: started, watched in the control room under its banner, stopped, read.

import { waitUntil } from '@sluice/service-kit/testing';
import { expect, test } from 'vitest';
import { checkAccessibility, checkReflow } from './support/check-accessibility.ts';
import { focusedInDialog } from './support/focus.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';

const stage = setStage({ withRoom: true });
const PATIENCE = { timeoutMs: 120_000, everyMs: 300 };

test('4.13: an operator lets a crowd loose, watches it in the control room, stops it, and reads what it was', async () => {
  const made = await stage.admin.createDrop({ admission: { ratePerMinute: 6000 } });
  const source = made.body.id as string;
  const { page, faults } = await stage.visit({ as: 'operator', at: `/drops/${source}/rehearsal` });
  await page.getByRole('heading', { name: 'Let a crowd loose' }).waitFor();
  await checkAccessibility(page);
  await checkReflow(page);

  await page.getByLabel('Shoppers').fill('-1');
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.locator('.fault', { hasText: 'at least 0' }).waitFor();
  await page.getByLabel('Shoppers').fill('10');
  await page.getByLabel('Lobby').fill('5');
  await page.getByLabel('When they come').selectOption('rush');
  await page.getByRole('button', { name: 'Rehearse' }).click();

  const banner = page.getByRole('region', { name: 'Rehearsal' });
  await banner.waitFor();
  await page.waitForURL(/\/drops\/rehearsal-[0-9a-f]{20}\/control$/);
  const id = new URL(page.url()).pathname.split('/')[2] as string;
  await page.getByText('1 of 1 instances on v1').waitFor();
  await waitUntil(
    async () => Number(await stage.admin.redis.hget(`wr:{${id}}:control`, 'entered_total')) > 0,
    PATIENCE,
  );
  await checkAccessibility(page);
  await checkReflow(page);
  await takeScreen(page, 'control-rehearsal');
  const viewer = await stage.visit({ as: 'viewer', at: `/drops/${id}/control` });
  await viewer.page.getByRole('region', { name: 'Rehearsal' }).waitFor();
  expect(await viewer.page.getByRole('button', { name: 'Stop the rehearsal' }).count()).toBe(0);
  // Where the crowd is stands on the page that it was started from, too.
  await viewer.page.goto(new URL(`/drops/${source}/rehearsal`, stage.origin).href);
  const factOf = async (name: string) =>
    viewer.page.locator('.facts > div', { hasText: name }).locator('dd').textContent();
  await viewer.page.getByText(/Last heard from the crowd at \d\d:\d\d:\d\d/).waitFor();
  await waitUntil(async () => (await factOf('Have come')) === '10 of 10', PATIENCE);
  const figures = async () =>
    Promise.all(['Waiting', 'Inside', 'Have bought', 'Have gone without'].map(factOf));
  await waitUntil(async () => {
    const sum = (await figures()).reduce((all, text) => all + Number(text), 0);
    return sum === 10 && Number((await figures())[0]) < 10;
  }, PATIENCE);
  await checkAccessibility(viewer.page);
  await checkReflow(viewer.page);
  await takeScreen(viewer.page, 'rehearsal-running');

  await banner.getByRole('button', { name: 'Stop the rehearsal' }).click();
  await page.waitForURL(new RegExp(`/drops/${source}/rehearsal$`));
  await page.getByText('stopped.').waitFor();
  await page.getByRole('table', { name: 'What became of the crowd' }).waitFor();
  await checkAccessibility(page);
  await checkReflow(page);
  expect(faults).toEqual([]);
});

test('4.13: in German, and while real shoppers are there it is asked about', async () => {
  const source = (await stage.admin.createDrop()).body.id as string;
  const soon = new Date(Date.now() + 60_000).toISOString();
  await stage.admin.createDrop({ name: 'Der echte Drop', opensAt: soon });
  const { page } = await stage.visit({ as: 'operator', at: `/drops/${source}/rehearsal`, locale: 'de-DE' });
  await page.getByRole('button', { name: 'Proben' }).click();
  const question = page.getByRole('alertdialog');
  await question.getByText('Echte Kunden sind da oder kommen währenddessen: Der echte Drop').waitFor();
  // The answer that changes nothing has the focus.
  await focusedInDialog(page);
  await page.keyboard.press('Enter');
  await question.waitFor({ state: 'detached' });
  expect((await stage.admin.call('GET', `/api/v1/drops/${source}/rehearsals`)).body.rehearsals).toEqual([]);
});

test('4.4: by a staff pass an operator opens the waiting page of a copy and takes a place there', async () => {
  const source = (await stage.admin.createDrop({ admission: { ratePerMinute: 6000 } })).body.id as string;
  const { page, faults } = await stage.visit({ as: 'operator', at: `/drops/${source}/rehearsal` });
  await page.getByRole('button', { name: 'Try it as staff' }).click();
  const link = page.getByRole('link', { name: 'Open the waiting page alone with the pass' });
  await link.waitFor();
  await page.getByText('Nobody but staff with a pass is on a copy of this drop.').waitFor();
  await checkAccessibility(page);
  await checkReflow(page);
  const url = (await link.getAttribute('href')) as string;
  const copy = new URL(url).pathname.split('/')[2] as string;
  await waitUntil(async () => (await fetch(url, { redirect: 'manual' })).status === 303, PATIENCE);
  await page.goto(url);
  await page.waitForURL(new RegExp(`/w/${copy}\\?bind=`));
  await waitUntil(
    async () => Number(await stage.admin.redis.hget(`wr:{${copy}}:control`, 'joined_total')) === 1,
    PATIENCE,
  );
  expect(faults).toEqual([]);
  await stage.admin.call('POST', `/api/v1/drops/${source}/rehearsals/stop`, {});
});
