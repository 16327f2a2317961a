// Getting in without a password: by passkeys of Chromium's virtual authenticator, and at a real OpenID provider.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../../scripts/lib/ports.mjs';
import {
  CLIENT,
  type Guest,
  startProvider,
  type TestProvider,
} from '../../../server/test/support/openid-providers.ts';
import { PASSWORD, startPerson } from '../../../server/test/support/people.ts';
import { addAuthenticator } from './support/add-authenticator.ts';
import { checkAccessibility, checkReflow } from './support/check-accessibility.ts';
import { focused } from './support/focus.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';

const stage = setStage();
let provider: TestProvider;
/** An instance as its browsers know it: passkeys are made for a name, and providers send people back to one. */
let site: string;
/** One whose provider is away. */
let lonely: string;

beforeAll(async () => {
  const [port, another] = [await freePort(), await freePort()];
  site = `http://localhost:${port}`;
  lonely = `http://localhost:${another}`;
  provider = await startProvider(() => `${site}/api/v1/oidc/callback`);
  const credentials = { OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret };
  await stage.admin.another({
    ...{ PORT: String(port), PUBLIC_URL: site, OIDC_ISSUER: provider.issuer },
    ...credentials,
  });
  await stage.admin.another({
    ...{ PORT: String(another), PUBLIC_URL: lonely, OIDC_ISSUER: 'http://127.0.0.1:9' },
    ...credentials,
  });
});
afterAll(() => provider?.close());

const title = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
const staleSessions = (account: string | undefined) =>
  stage.admin.database.query(
    "update admin.sessions set fresh_at = now() - interval '16 minutes' where account_id = $1",
    [account],
  );

test('4.1: a passkey is named and made, signs in alone, proves afresh, stands beside a password, and is taken off', async () => {
  const { page, person, faults } = await stage.visit({
    ...{ as: 'operator', withoutMfa: true, from: site, at: '/account' },
  });
  const authenticator = await addAuthenticator(page);
  await page.getByText('You have no passkey yet').waitFor();
  await page.getByLabel('Name of the passkey').fill('The telephone');
  await page.keyboard.press('Enter');
  await page.getByText('Your recovery codes.').waitFor();
  await page.getByRole('rowheader', { name: 'The telephone' }).waitFor();
  // It was shown by making it: this session may write from now on.
  await page.getByText('You can look and change nothing').waitFor({ state: 'detached' });
  await checkAccessibility(page);
  await takeScreen(page, 'account-passkeys');
  await page.getByRole('button', { name: 'I have kept them' }).click();

  // The same one once more is refused by the authenticator, the only second factor by the server.
  await page.getByLabel('Name of the passkey').fill('Twice');
  await page.keyboard.press('Enter');
  await page.getByText('This passkey is set up already.').waitFor();
  await page.getByRole('button', { name: 'Take off The telephone' }).click();
  await page.getByText('It is your only second factor').waitFor();

  // A dangerous act, after a while: the passkey proves it in place, and the act goes on.
  await staleSessions(person?.id);
  await page.getByRole('button', { name: 'New recovery codes' }).click();
  const proof = page.getByRole('dialog', { name: 'Prove that it is you' });
  await proof.getByRole('button', { name: 'Use a passkey' }).waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'account-fresh-proof-passkey');
  await proof.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('Your recovery codes.').waitFor();

  // Out, and in again by it alone, where somebody wanted to.
  await page.getByRole('button', { name: 'Sign out' }).click();
  await title(page, 'Sign in');
  await page.goto(`${site}/account`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await title(page, 'Your account');
  await page.getByText('Set up, and shown in this session').waitFor();

  // Beside a password.
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('E-mail address').fill(person?.email ?? '');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Use a passkey' }).waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'sign-in-second-factor');
  // The button has the focus: one key.
  await focused(page.getByRole('button', { name: 'Use a passkey' }));
  await page.keyboard.press('Enter');
  await title(page, 'Drops');

  // A finger that it does not know is told in words, and nobody is in.
  await page.getByRole('button', { name: 'Sign out' }).click();
  await title(page, 'Sign in');
  await authenticator.setPresent(false);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('No passkey was shown.').waitFor();
  await checkAccessibility(page);
  await title(page, 'Sign in');
  expect(faults).toEqual([]);
});

async function goThrough(guest: Partial<Guest>, at = '/sign-in') {
  provider.guest = { sub: guest.email ?? '', email: '', email_verified: true, amr: ['pwd', 'mfa'], ...guest };
  const visit = await stage.visit({ from: site, at });
  await visit.page.getByRole('link', { name: `Sign in at ${new URL(provider.issuer).host}` }).click();
  return visit;
}

test('4.1: whoever the OpenID provider vouches for is in, where they wanted to; whoever has no account here is told so', async () => {
  const person = await startPerson({ ...stage.admin, url: site }, 'merchant', { mfa: false });
  const { page, faults } = await goThrough({ sub: 'p-1', email: person.email }, '/account');
  await title(page, 'Your account');
  await page.getByText(person.email).waitFor();
  expect(faults).toEqual([]);

  const stranger = await goThrough({ sub: 'p-2', email: 'stranger@elsewhere.example' });
  await stranger.page.getByText('did not prove that you have an account here').waitFor();
  await title(stranger.page, 'Sign in');
  await checkAccessibility(stranger.page);
  await takeScreen(stranger.page, 'sign-in-openid-refused');
  expect(stranger.faults).toEqual([]);
});

test('4.1: a provider that is away is told in the language of the reader, and what an address says otherwise is not shown', async () => {
  for (const locale of ['en-GB', 'de-DE']) {
    const { page } = await stage.visit({ from: lonely, at: '/sign-in', locale, width: 320, theme: 'dark' });
    await page.getByRole('link', { name: /127\.0\.0\.1:9/ }).click();
    const words = { 'en-GB': 'provider does not answer', 'de-DE': 'Anmeldedienst antwortet nicht' }[locale];
    await page
      .getByRole('alert')
      .getByText(words ?? '')
      .waitFor();
    await checkAccessibility(page);
    await checkReflow(page);
  }
  const { page } = await stage.visit({ from: site, at: '/sign-in?refused=Call+us+at+0900' });
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toBe('That was refused.');
});

test('4.1: where there is no provider its button is not offered, and without passkeys the password is', async () => {
  const { page } = await stage.visit({ at: '/sign-in' });
  await title(page, 'Sign in');
  expect(await page.getByRole('link', { name: 'Sign in at' }).count()).toBe(0);
  const { context, page: old } = await stage.visit({ from: site });
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'PublicKeyCredential'));
  await old.goto(`${site}/sign-in`);
  await old.getByRole('link', { name: 'Sign in at' }).waitFor();
  expect(await old.getByRole('button', { name: 'Sign in with a passkey' }).count()).toBe(0);
});
