import type { Browser as Chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../../../scripts/lib/launch-chromium.mjs';
import { freePort } from '../../../../scripts/lib/ports.mjs';
import { type Authenticator, startAuthenticator } from '../support/authenticator.ts';
import { startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';
import { openBrowser, PASSWORD, type Person, startPerson } from '../support/people.ts';

let admin: TestControlPlane;
let chromium: Chromium;
/** The instance as its browsers know it: passkeys are made for a name, not for an address. */
let site: { readonly url: string };
const authenticators: Authenticator[] = [];

beforeAll(async () => {
  admin = await startTestControlPlane();
  const port = await freePort();
  const url = `http://localhost:${port}`;
  await admin.another({ PORT: String(port), PUBLIC_URL: url });
  site = { ...admin, url };
  chromium = await launchChromium();
});
afterEach(() => Promise.all(authenticators.splice(0).map((one) => one.close())));
afterAll(async () => {
  await chromium?.close();
  await admin?.close();
});

const problem = (status: number, type: string) => ({
  status,
  body: { type: expect.stringMatching(new RegExp(`/${type}$`)) },
});

async function anAuthenticator(): Promise<Authenticator> {
  const made = await startAuthenticator(chromium, `${site.url}/openapi.json`);
  authenticators.push(made);
  return made;
}

/** Somebody who is signed in where the site is. */
const personAt = (role: 'owner' | 'viewer', mfa = true): Promise<Person> =>
  startPerson({ ...admin, url: site.url }, role, { mfa });

async function addPasskey(person: Person, authenticator: Authenticator, name = 'My telephone') {
  const { body: options } = await person.call('POST', '/api/v1/mfa/passkeys/challenge');
  const passkey = await authenticator.create(options);
  return person.call('POST', '/api/v1/mfa/passkeys', { name, passkey });
}

async function assertion(
  authenticator: Authenticator,
  purpose: 'sign-in' | 'second-factor',
  wishes: object = {},
) {
  const asked = await openBrowser(site).call('POST', '/api/v1/passkey-challenges', { for: purpose });
  expect(asked.status, asked.text).toBe(201);
  return authenticator.get({ ...asked.body, ...wishes });
}

const signInBy = (passkey: unknown) => openBrowser(site).call('POST', '/api/v1/passkey-session', { passkey });

test('4.1: a passkey is set up, signs in alone as both factors, is listed, and is taken off', async () => {
  const person = await personAt('owner', false);
  expect(await person.call('POST', '/api/v1/drops', {})).toMatchObject(
    problem(403, 'second-factor-required'),
  );
  const authenticator = await anAuthenticator();
  const added = await addPasskey(person, authenticator);
  expect(added).toMatchObject({ status: 201, body: { passkey: { name: 'My telephone', lastUsedAt: null } } });
  expect(added.body.recoveryCodes).toHaveLength(10);
  // This session has shown it: it may write from now on.
  expect((await person.call('GET', '/api/v1/session')).body).toMatchObject({
    hasMfa: true,
    isMfaSetUp: true,
  });

  const browser = openBrowser(site);
  const passkey = await assertion(authenticator, 'sign-in');
  const signedIn = await browser.call('POST', '/api/v1/passkey-session', { passkey });
  expect(signedIn).toMatchObject({ status: 201, body: { hasMfa: true, account: { email: person.email } } });
  const { body } = await browser.call('GET', '/api/v1/mfa/passkeys');
  expect(body.passkeys).toEqual([
    expect.objectContaining({ name: 'My telephone', lastUsedAt: expect.stringContaining('T') }),
  ]);

  const path = `/api/v1/mfa/passkeys/${body.passkeys[0].id}`;
  expect(await browser.call('DELETE', path)).toMatchObject(problem(409, 'last-factor'));
  const other = await anAuthenticator();
  expect((await addPasskey(person, other, 'In the safe')).body.recoveryCodes).toBeNull();
  expect((await browser.call('DELETE', path)).status).toBe(204);
  expect(await browser.call('DELETE', path)).toMatchObject(problem(404, 'no-such-passkey'));
  expect(await signInBy(await assertion(authenticator, 'sign-in'))).toMatchObject(
    problem(401, 'sign-in-refused'),
  );
  expect((await signInBy(await assertion(other, 'sign-in'))).status).toBe(201);
  const { body: audit } = await admin.call('GET', '/api/v1/audit');
  const acts = audit.entries.filter(({ actor }: { actor: string }) => actor === person.email);
  expect(acts).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ act: 'account.mfa', after: expect.objectContaining({ factor: 'passkey' }) }),
      expect.objectContaining({ act: 'account.mfa-removed' }),
      expect.objectContaining({ act: 'sign-in', after: expect.objectContaining({ how: 'passkey' }) }),
    ]),
  );
});

test('4.1: beside a password a passkey is the second factor, and renews a session; codes go on working', async () => {
  const person = await personAt('owner');
  const authenticator = await anAuthenticator();
  expect((await addPasskey(person, authenticator)).status).toBe(201);
  const { email } = person;
  const signIn = (more: object) =>
    openBrowser(site).call('POST', '/api/v1/session', { email, password: PASSWORD, ...more });
  expect(await signIn({})).toMatchObject({
    ...problem(401, 'mfa-required'),
    body: { factors: ['code', 'passkey'] },
  });
  // A key that does not know its holder is enough beside a password, and not alone.
  await authenticator.setUserVerified(false);
  const passkey = await assertion(authenticator, 'second-factor', { userVerification: 'discouraged' });
  expect(await signIn({ passkey })).toMatchObject({ status: 201, body: { hasMfa: true } });
  await authenticator.setUserVerified(true);
  expect(await signIn({ password: 'wrong horse battery', passkey })).toMatchObject(
    problem(401, 'sign-in-refused'),
  );
  const renewed = await person.call('POST', '/api/v1/session/renewal', {
    passkey: await assertion(authenticator, 'second-factor'),
  });
  expect(renewed.status, renewed.text).toBe(200);
  expect((await signIn({ code: person.recoveryCodes[0] })).status).toBe(201);
  // Somebody else's passkey is no factor of this account.
  const stranger = await personAt('viewer');
  const theirs = await anAuthenticator();
  await addPasskey(stranger, theirs);
  expect(await signIn({ passkey: await assertion(theirs, 'second-factor') })).toMatchObject(
    problem(401, 'sign-in-refused'),
  );
});

test('4.1: a challenge counts once, for what it was asked for', async () => {
  const person = await personAt('owner');
  const authenticator = await anAuthenticator();
  await addPasskey(person, authenticator);
  const passkey = await assertion(authenticator, 'sign-in');
  const answers = await Promise.all(Array.from({ length: 4 }, () => signInBy(passkey)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401, 401]);
  expect(await signInBy(await assertion(authenticator, 'second-factor'))).toMatchObject(
    problem(401, 'sign-in-refused'),
  );
  const late = await assertion(authenticator, 'sign-in');
  await admin.database.query(`update admin.passkey_challenges set expires_at = now() - interval '1 second'`);
  expect(await signInBy(late)).toMatchObject(problem(401, 'sign-in-refused'));
  // A challenge that nobody was given.
  const challenge = Buffer.alloc(32, 1).toString('base64url');
  const own = await assertion(authenticator, 'sign-in', { challenge });
  expect(await signInBy(own)).toMatchObject(problem(401, 'sign-in-refused'));
});

test('4.1: what was signed for another site, by another key, or without its holder is refused', async () => {
  const person = await personAt('owner');
  const authenticator = await anAuthenticator();
  await addPasskey(person, authenticator);
  // Same name, another port: a browser signs for it, and says for whom.
  await authenticator.open(`${admin.url.replace('127.0.0.1', 'localhost')}/openapi.json`);
  expect(await signInBy(await assertion(authenticator, 'sign-in'))).toMatchObject(
    problem(401, 'sign-in-refused'),
  );
  const { body: options } = await person.call('POST', '/api/v1/mfa/passkeys/challenge');
  const made = await authenticator.create({ ...options, excludeCredentials: [] });
  expect(await person.call('POST', '/api/v1/mfa/passkeys', { name: 'x', passkey: made })).toMatchObject(
    problem(401, 'sign-in-refused'),
  );
  await authenticator.open(`${site.url}/openapi.json`);

  const good = (await assertion(authenticator, 'sign-in')) as { response: Record<string, string> };
  const signature = Buffer.from(good.response.signature ?? '', 'base64url');
  signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
  const altered = { ...good, response: { ...good.response, signature: signature.toString('base64url') } };
  expect(await signInBy(altered)).toMatchObject(problem(401, 'sign-in-refused'));
  // It was asked to verify its holder and did not: a thief has the device.
  await authenticator.setUserVerified(false);
  const unverified = await assertion(authenticator, 'sign-in', { userVerification: 'discouraged' });
  expect(await signInBy(unverified)).toMatchObject(problem(401, 'sign-in-refused'));
});

test('4.1: a counter that goes back is a copy: refused, and in the audit log', async () => {
  const person = await personAt('owner');
  const authenticator = await anAuthenticator();
  await addPasskey(person, authenticator);
  for (let at = 0; at < 3; at++)
    expect((await signInBy(await assertion(authenticator, 'sign-in'))).status).toBe(201);
  const [credential] = await authenticator.credentials();
  if (!credential) throw new Error('no credential');
  expect(credential.signCount).toBeGreaterThanOrEqual(3);
  await authenticator.setBack(credential, 1);
  expect(await signInBy(await assertion(authenticator, 'sign-in'))).toMatchObject(
    problem(401, 'sign-in-refused'),
  );
  const { body } = await admin.call('GET', '/api/v1/audit');
  expect(body.entries[0]).toMatchObject({ act: 'passkey.counter-back', actor: person.email });
  await authenticator.setBack(credential, credential.signCount + 5);
  expect((await signInBy(await assertion(authenticator, 'sign-in'))).status).toBe(201);
});

test('4.1: a passkey goes with the account: disabled, or its proofs cleared by an owner', async () => {
  const person = await personAt('viewer');
  const authenticator = await anAuthenticator();
  await addPasskey(person, authenticator);
  await admin.call('PATCH', `/api/v1/accounts/${person.id}`, { isDisabled: true });
  expect((await signInBy(await assertion(authenticator, 'sign-in'))).status).toBe(401);
  await admin.call('PATCH', `/api/v1/accounts/${person.id}`, { isDisabled: false });
  expect((await signInBy(await assertion(authenticator, 'sign-in'))).status).toBe(201);
  await admin.call('DELETE', `/api/v1/accounts/${person.id}/mfa`);
  expect((await signInBy(await assertion(authenticator, 'sign-in'))).status).toBe(401);
  const { body } = await admin.call('GET', '/api/v1/accounts');
  expect(body.accounts.find(({ id }: { id: string }) => id === person.id)).toMatchObject({
    isMfaSetUp: false,
  });
});

test('promise 8: what is no answer of a browser is refused by its field, and nothing breaks', async () => {
  const browser = openBrowser(site);
  const empty = { clientDataJSON: 'AA', authenticatorData: 'AA', signature: 'AA' };
  const credential = { id: 'AA', rawId: 'AA', type: 'public-key', clientExtensionResults: {} };
  for (const passkey of [
    {},
    { ...credential },
    { ...credential, response: { ...empty, signature: '!' } },
    'x',
  ])
    expect((await browser.call('POST', '/api/v1/passkey-session', { passkey })).status).toBe(400);
  const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const clientDataJSON of ['AA', json(null), json({ challenge: 7 }), json({ challenge: 'x' })])
    expect(
      (await signInBy({ ...credential, response: { ...empty, clientDataJSON } })).status,
      clientDataJSON,
    ).toBe(401);
  expect((await browser.call('POST', '/api/v1/passkey-challenges', { for: 'register' })).status).toBe(400);
});
