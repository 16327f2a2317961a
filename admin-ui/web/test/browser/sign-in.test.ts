// Getting in: from the first owner's link to a session that may write, and back out.

import { expect, test } from 'vitest';
import { codeOf, PASSWORD, tokenIn } from '../../../server/test/support/people.ts';
import { startRoad } from '../../../server/test/support/road.ts';
import { checkAccessibility } from './support/check-accessibility.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';

const stage = setStage();

test('4.1: the first owner sets a password by the link, signs in, and sets up a second factor', async () => {
  const made = await stage.admin.call('POST', '/api/v1/first-owner-link');
  const { page, faults } = await stage.visit({ at: `/enrol#${tokenIn(made.body.link)}` });
  await page.getByLabel('New password').fill('short');
  await page.keyboard.press('Enter');
  await page.getByLabel('E-mail address').fill('ada@shop.example');
  await page.getByLabel('Your name').fill('Ada');
  await page.keyboard.press('Enter');
  await page.getByText('must have at least 12 characters').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'enrol-refused');
  await page.getByLabel('New password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await takeScreen(page, 'sign-in');
  await page.getByLabel('E-mail address').fill('ada@shop.example');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Drops', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Set up a second factor' }).click();
  await page.getByRole('button', { name: 'Set up an authenticator' }).click();
  const secret = ((await page.locator('.secret').textContent()) ?? '').replaceAll(' ', '');
  await checkAccessibility(page);
  await takeScreen(page, 'account-authenticator');
  await page.getByLabel('Six digits').fill(codeOf(secret));
  await page.keyboard.press('Enter');
  await page.getByText('Your recovery codes.').waitFor();
  await page.getByText('Set up, and shown in this session').waitFor();
  await checkAccessibility(page);
  expect(faults).toEqual([]);
});

test('4.14: what the server refuses is said in the language of the screen', async () => {
  const { body } = await stage.admin.call('POST', '/api/v1/accounts', {
    ...{ email: 'mia@shop.example', name: 'Mia', role: 'viewer' },
  });
  const { page, faults } = await stage.visit({ at: `/enrol#${tokenIn(body.link)}`, locale: 'de-DE' });
  await page.getByLabel('Neues Passwort').fill('kurz');
  await page.keyboard.press('Enter');
  await page.getByText('braucht mindestens 12 Zeichen').waitFor();
  await page.getByLabel('Neues Passwort').fill('mia@shop.example');
  await page.keyboard.press('Enter');
  await page.getByText('darf nicht aus der E-Mail-Adresse bestehen').waitFor();
  expect(faults).toEqual([]);
});

test('4.1: whoever comes by a deep link without a session gets there after signing in with both factors', async () => {
  const { person } = await stage.visit({ as: 'owner' });
  const { page, faults } = await stage.visit({ at: '/account' });
  await page.getByLabel('E-mail address').fill(person?.email ?? '');
  await page.getByLabel('Password').fill('not the password of this account');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await checkAccessibility(page);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByLabel('Code').fill(codeOf(person?.secret ?? '', 1));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  await page.getByText('1 failed sign-in').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(faults).toEqual([]);
});

test('4.1: a session that has ended elsewhere leads to the sign-in, and back', async () => {
  const { page, person } = await stage.visit({ as: 'viewer', withoutMfa: true, at: '/account' });
  await page.getByRole('heading', { name: 'Open sessions' }).waitFor();
  await stage.admin.call('DELETE', `/api/v1/accounts/${person?.id}/sessions`);
  await page.getByRole('link', { name: 'Drops' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('E-mail address').fill(person?.email ?? '');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Drops', level: 1 }).waitFor();
});

test('4.1: a session that ended while the control plane was away leads to the sign-in, and back', async () => {
  const road = await startRoad(stage.admin.url, 80);
  try {
    const { page, person, faults } = await stage.visit({
      ...{ as: 'operator', withoutMfa: true, from: road.url, at: '/account' },
    });
    await page.getByRole('heading', { name: 'Open sessions' }).waitFor();
    road.cut();
    await page.getByText('The control plane does not answer.').first().waitFor();
    await stage.admin.call('DELETE', `/api/v1/accounts/${person?.id}/sessions`);
    road.restore();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('E-mail address').fill(person?.email ?? '');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    expect(faults).toEqual([]);
  } finally {
    await road.close();
  }
});

test('4.1: a dangerous act asks for a fresh proof in place, and goes on; without a second factor it says how to get one', async () => {
  const { page, person, faults } = await stage.visit({ as: 'operator', at: '/account' });
  await stage.admin.database.query(
    "update admin.sessions set fresh_at = now() - interval '16 minutes' where account_id = $1",
    [person?.id],
  );
  await page.getByRole('button', { name: 'New recovery codes' }).click();
  const dialog = page.getByRole('dialog', { name: 'Prove that it is you' });
  await dialog.getByLabel('Code of your authenticator').fill('000000');
  await page.keyboard.press('Enter');
  await dialog.getByRole('alert').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'account-fresh-proof');
  await dialog.getByLabel('Code of your authenticator').fill(codeOf(person?.secret ?? '', 1));
  await page.keyboard.press('Enter');
  await page.getByText('Your recovery codes.').waitFor();
  expect(faults).toEqual([]);

  const { body: drop } = await stage.admin.createDrop();
  const bare = await stage.visit({ as: 'merchant', withoutMfa: true, at: `/drops/${drop.id}` });
  await bare.page.getByText('You can look and change nothing').waitFor();
  await bare.page.getByLabel('Name').fill('Another name');
  await bare.page.getByRole('button', { name: 'Save' }).first().click();
  const missing = bare.page.getByRole('dialog', { name: 'A second factor first' });
  await missing.waitFor();
  await checkAccessibility(bare.page);
  await missing.getByRole('button', { name: 'Set up a second factor' }).click();
  await bare.page.getByRole('heading', { name: 'Your account' }).waitFor();
});

test('nothing on the screen lies: without an answer it says so, and since when', async () => {
  const { page, context } = await stage.visit({ as: 'owner', at: '/drops' });
  await page.getByRole('heading', { name: 'Drops', level: 1 }).waitFor();
  await context.setOffline(true);
  await page.getByText('The control plane does not answer.').first().waitFor();
  await page.getByText('Nothing here is newer than').waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'drops-no-answer');
  await context.setOffline(false);
  await page.getByText('Nothing here is newer than').waitFor({ state: 'detached' });
});

test('an address of nothing says so, and the API answers what it always did', async () => {
  const { page } = await stage.visit({ as: 'viewer', withoutMfa: true, at: '/nothing/here' });
  await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
  await checkAccessibility(page);
  const answer = await fetch(`${stage.origin}/api/v1/nothing`, { headers: { accept: 'text/html' } });
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});

test('files are compressed and kept for a year, the document is asked for each time, nothing outside of the build is served', async () => {
  const document = await fetch(`${stage.origin}/drops/any`, { headers: { accept: 'text/html' } });
  expect(document.status).toBe(200);
  expect(document.headers.get('cache-control')).toBe('no-cache');
  expect(document.headers.get('content-security-policy')).toContain(
    "default-src 'none'; script-src 'self'; style-src 'self'",
  );
  const [, asset = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(await document.text()) ?? [];
  const script = await fetch(stage.origin + asset, { headers: { 'accept-encoding': 'br' } });
  expect(script.headers.get('content-encoding')).toBe('br');
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  for (const path of [
    '/assets/..%2f..%2fpackage.json',
    '/assets/none.js',
    '/.sources',
    '/.vite/manifest.json',
    '/assets/',
  ]) {
    const answer = await fetch(stage.origin + path);
    expect(answer.status, path).toBe(404);
    expect(answer.headers.get('content-type'), path).toContain('application/problem+json');
  }
});
