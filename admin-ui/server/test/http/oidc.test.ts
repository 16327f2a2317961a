import { whileLocked } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningControlPlane } from '../../src/start.ts';
import { startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';
import {
  type BadProvider,
  CLIENT,
  type Guest,
  type Misbehaviour,
  startBadProvider,
  startProvider,
  type TestProvider,
} from '../support/openid-providers.ts';
import { anyEmail, type Browser, codeOf, openBrowser, startPerson } from '../support/people.ts';

let admin: TestControlPlane;
let real: TestProvider;
let bad: BadProvider;
/** Control planes that sign people in at either. */
let atReal: RunningControlPlane;
let atBad: RunningControlPlane;
const REDIRECT = 'http://admin.example/api/v1/oidc/callback';
beforeAll(async () => {
  admin = await startTestControlPlane();
  real = await startProvider(() => REDIRECT);
  bad = await startBadProvider();
  const start = (issuer: string) =>
    admin.another({
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      PUBLIC_URL: 'http://admin.example',
    });
  atReal = await start(real.issuer);
  atBad = await start(bad.issuer);
});
afterAll(async () => {
  await admin?.close();
  await Promise.all([real?.close(), bad?.close()]);
});

const refused = { status: 401, body: { type: expect.stringMatching(/sign-in-refused$/) } };

/** Follows the provider's redirects, with its cookies, until it sends the browser back; the query it sends it back with. */
async function throughProvider(address: string): Promise<string> {
  const jar = new Map<string, string>();
  let next = address;
  for (let hops = 0; hops < 10; hops++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`the provider stopped: ${response.status} ${await response.text()}`);
    next = new URL(location, next).href;
    if (next.startsWith(REDIRECT)) return new URL(next).search;
  }
  throw new Error('the provider never sent anyone back');
}

async function begin(browser: Browser): Promise<string> {
  const answer = await browser.call('GET', '/api/v1/oidc/sign-in');
  expect(answer.status, answer.text).toBe(302);
  return answer.headers.get('location') ?? '';
}

const finish = (browser: Browser, query: string) => browser.call('GET', `/api/v1/oidc/callback${query}`);

/** The whole way, as a browser goes it. */
async function signInAt(plane: RunningControlPlane, provider: TestProvider, guest: Partial<Guest>) {
  provider.guest = { sub: guest.email ?? '', email: '', email_verified: true, amr: [], ...guest };
  const browser = openBrowser(plane);
  const answer = await finish(browser, await throughProvider(await begin(browser)));
  return { browser, answer };
}

test('whoever the provider vouches for, and who has an account, is signed in; it is theirs by subject from then on', async () => {
  const person = await startPerson(admin, 'operator');
  const { browser, answer } = await signInAt(atReal, real, {
    sub: 'p-1',
    email: person.email,
    amr: ['pwd', 'mfa'],
  });
  expect(answer).toMatchObject({ status: 303 });
  expect(answer.headers.get('location')).toBe('/');
  expect(await browser.call('GET', '/api/v1/session')).toMatchObject({
    status: 200,
    body: { account: { email: person.email, role: 'operator' }, hasMfa: true },
  });
  // A new address there is the same person; the old address with another subject is somebody else.
  expect((await signInAt(atReal, real, { sub: 'p-1', email: anyEmail(), amr: ['mfa'] })).answer.status).toBe(
    303,
  );
  expect((await signInAt(atReal, real, { sub: 'p-2', email: person.email })).answer).toMatchObject(refused);
});

test('two tabs that come back from the provider at once are both signed in, the first time, too', async () => {
  const person = await startPerson(admin, 'operator');
  real.guest = { sub: 'p-8', email: person.email, email_verified: true, amr: ['mfa'] };
  const tabs = [openBrowser(atReal), openBrowser(atReal)];
  const queries: string[] = [];
  for (const tab of tabs) queries.push(await throughProvider(await begin(tab)));
  const answers = await whileLocked(
    admin.database,
    ['select from admin.accounts where email = $1 for update', [person.email]],
    () => tabs.map((tab, n) => finish(tab, queries[n] ?? '')),
  );
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
});

test('a provider that saw one factor only makes a session that has to show the second one here', async () => {
  const person = await startPerson(admin, 'owner');
  const { browser } = await signInAt(atReal, real, { sub: 'p-3', email: person.email, amr: ['pwd'] });
  expect((await browser.call('GET', '/api/v1/session')).body).toMatchObject({
    hasMfa: false,
    isMfaSetUp: true,
  });
  const make = () => browser.call('POST', '/api/v1/keys', { name: 'x', scopes: ['drops.read'] });
  const lacking = { status: 403, body: { type: expect.stringMatching(/second-factor-required$/) } };
  expect(await make()).toMatchObject(lacking);
  // Nor does it get a factor of its own choice, or another password.
  expect(await browser.call('POST', '/api/v1/mfa/totp')).toMatchObject(lacking);
  expect(await browser.call('PUT', '/api/v1/password', { password: 'another horse battery' })).toMatchObject(
    lacking,
  );
  const code = codeOf(person.secret, 1);
  expect((await browser.call('POST', '/api/v1/session/renewal', { code })).status).toBe(200);
  expect((await make()).status).toBe(201);
});

test('no account is made, none is taken over by an address nobody verified, and a disabled one stays out', async () => {
  expect((await signInAt(atReal, real, { email: anyEmail() })).answer).toMatchObject(refused);
  const person = await startPerson(admin, 'viewer');
  expect(
    (await signInAt(atReal, real, { sub: 'p-4', email: person.email, email_verified: false })).answer,
  ).toMatchObject(refused);
  await admin.call('PATCH', `/api/v1/accounts/${person.id}`, { isDisabled: true });
  expect((await signInAt(atReal, real, { sub: 'p-4', email: person.email })).answer).toMatchObject(refused);
});

test('an answer is taken once, and only from the browser that has begun', async () => {
  const person = await startPerson(admin, 'viewer');
  real.guest = { sub: 'p-5', email: person.email, email_verified: true, amr: [] };
  const browser = openBrowser(atReal);
  const query = await throughProvider(await begin(browser));
  const stolen = openBrowser(atReal);
  expect(await finish(stolen, query)).toMatchObject(refused);
  // Nor with a state of its own.
  await begin(stolen);
  expect(await finish(stolen, query)).toMatchObject(refused);
  const state = browser.jar.get('sluice_openid') ?? '';
  expect((await finish(browser, query)).status).toBe(303);
  const again = openBrowser(atReal);
  again.jar.set('sluice_openid', state);
  expect(await finish(again, query)).toMatchObject(refused);
  const late = openBrowser(atReal);
  const lateQuery = await throughProvider(await begin(late));
  await admin.database.query('update admin.oidc_sign_ins set expires_at = now()');
  expect(await finish(late, lateQuery)).toMatchObject(refused);
  expect(await finish(openBrowser(atReal), '')).toMatchObject(refused);
  expect(await finish(openBrowser(atReal), '?error=access_denied')).toMatchObject(refused);
});

test.each<[string, Misbehaviour]>([
  ['another nonce', { claims: (all) => ({ ...all, nonce: 'another' }) }],
  ['no nonce', { claims: ({ nonce: _, ...all }) => all }],
  ['another issuer', { claims: (all) => ({ ...all, iss: 'https://accounts.example' }) }],
  ['another audience', { claims: (all) => ({ ...all, aud: 'another-client' }) }],
  [
    'several audiences and no party',
    { claims: (all) => ({ ...all, aud: [CLIENT.id, 'another'], azp: 'another' }) },
  ],
  ['a time that is over', { claims: (all) => ({ ...all, iat: 1, exp: Math.floor(Date.now() / 1000) - 60 }) }],
  ['no time', { claims: ({ exp: _, ...all }) => all }],
  ['no subject', { claims: ({ sub: _, ...all }) => all }],
  ['alg none', { signWith: 'none' }],
  ['the signature of another key', { signWith: 'another-key' }],
  ['its public key as a secret', { signWith: 'public-key-as-secret', header: { alg: 'HS256' } }],
  ['a key that it does not publish', { header: { kid: 'another' } }],
])('an ID token with %s is refused', async (_what, misbehave) => {
  const person = await startPerson(admin, 'viewer');
  const guest = { sub: person.id, email: person.email };
  bad.misbehave = misbehave;
  const { answer, browser } = await signInAt(atBad, bad, guest);
  expect(answer).toMatchObject(refused);
  expect((await browser.call('GET', '/api/v1/session')).status).toBe(401);
  // What it was refused for is all that was wrong.
  bad.misbehave = {};
  expect((await signInAt(atBad, bad, guest)).answer.status).toBe(303);
});

test('a provider that is away is told, with when to try again; without one there is nothing to go to', async () => {
  const nowhere = await admin.another({ OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'sluice' });
  const answer = await openBrowser(nowhere).call('GET', '/api/v1/oidc/sign-in');
  expect(answer).toMatchObject({ status: 503, body: { type: expect.stringMatching(/openid-unavailable$/) } });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await openBrowser(admin).call('GET', '/api/v1/oidc/sign-in')).status).toBe(404);
});

test('4.1: whoever comes by a link is led to the sign-in page, which tells what was refused; scripts get the problem', async () => {
  const accept = 'text/html,application/xhtml+xml';
  const goTo = (plane: RunningControlPlane, path: string) =>
    openBrowser(plane).call('GET', path, undefined, { accept });
  const refusedAt = async (plane: RunningControlPlane, path: string) => {
    const { status, headers } = await goTo(plane, path);
    return { status, to: headers.get('location') };
  };
  const nowhere = await admin.another({ OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'sluice' });
  const signIn = '/api/v1/oidc/sign-in';
  expect(await refusedAt(nowhere, signIn)).toEqual({
    status: 303,
    to: '/sign-in?refused=openid-unavailable',
  });
  expect(await refusedAt(admin, signIn)).toEqual({ status: 303, to: '/sign-in?refused=not-found' });
  const callback = '/api/v1/oidc/callback?error=access_denied';
  expect(await refusedAt(atReal, callback)).toEqual({ status: 303, to: '/sign-in?refused=sign-in-refused' });
  expect(await finish(openBrowser(atReal), '?error=access_denied')).toMatchObject(refused);
  const ways = (plane: RunningControlPlane) => openBrowser(plane).call('GET', '/api/v1/sign-in-ways');
  expect((await ways(atReal)).body).toEqual({ openid: { host: new URL(real.issuer).host } });
  expect((await ways(admin)).body).toEqual({ openid: null });
});
