import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY_SCOPES, ROLE_PERMISSIONS, ROUTES, type RouteAccess } from '../../src/contract/access.ts';
import { type Permission, ROLES, type Role } from '../../src/domain/roles.ts';
import {
  type Answer,
  anyDrop,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';
import { startPerson } from '../support/people.ts';

let admin: TestControlPlane;
let own: string;
let other: string;
beforeAll(async () => {
  admin = await startTestControlPlane();
  own = (await admin.createDrop()).body.id;
  other = (await admin.createDrop()).body.id;
});
afterAll(() => admin?.close());

type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** Ids of nothing: a route that lets the caller through answers 404, or 400 to the body. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** A request that changes nothing wherever it gets through: its body is refused, or what it is about does not exist. */
function ask(call: Call, route: string, drop: string): Promise<Answer> {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern
    .replace(':drop', drop)
    .replace(':account', NOBODY)
    .replace(':session', NOBODY)
    .replace(':passkey', NOBODY)
    .replace(':order', NOBODY)
    .replace(':webhook', NOBODY)
    .replace(':job', '123456789')
    .replace(':series', 'no-such-series')
    .replace(':key', 'a'.repeat(12));
  return call(method, path, method === 'GET' || method === 'DELETE' ? undefined : { nonsense: true });
}

/** Sign-outs end the session that the walk goes on with. */
const walked = Object.entries(ROUTES).filter(([route]) => route !== 'DELETE /api/v1/session');
/** Without a body these do what they do, whoever is let through; here only who is not is asked. */
const BODYLESS = new Set([
  'POST /api/v1/first-owner-link',
  'POST /api/v1/mfa/totp',
  'POST /api/v1/mfa/passkeys/challenge',
  'POST /api/v1/mfa/recovery-codes',
]);

function isAllowed(
  permissions: readonly Permission[],
  kind: 'account' | 'api-key' | 'operator-key',
  { needs, object }: RouteAccess,
  about: 'own' | 'other' | 'limited',
): boolean {
  if (needs === 'nobody') return true;
  if (needs === 'sign-in') return kind === 'account';
  if (needs === 'operator-key') return kind === 'operator-key';
  if (!permissions.includes(needs)) return false;
  if (about === 'own') return object !== 'installation';
  if (about === 'other') return object !== 'installation' && object !== 'drop';
  return true;
}

async function walk(
  call: Call,
  who: { permissions: readonly Permission[]; kind: 'account' | 'api-key'; isLimited: boolean },
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [route, access] of walked) {
    for (const about of who.isLimited ? (['own', 'other'] as const) : (['limited'] as const)) {
      const allowed = isAllowed(who.permissions, who.kind, access, about);
      if (allowed && BODYLESS.has(route)) continue;
      const { status, text } = await ask(call, route, about === 'other' ? other : own);
      if ((status !== 403 && status !== 401) !== allowed)
        wrong.push(`${about}: ${route} → ${status} ${text.slice(0, 200)}`);
    }
  }
  return wrong;
}

test('the table and the router hold the same routes', async () => {
  const { body } = await send(admin.url, 'GET', '/openapi.json');
  const served = Object.entries(body.paths as Record<string, object>)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
  expect(served.sort()).toEqual(Object.keys(ROUTES).sort());
});

test.each(ROLES)('the role %s may exactly what the table says, of all drops', async (role: Role) => {
  const person = await startPerson(admin, role);
  const permissions = ROLE_PERMISSIONS[role];
  expect(await walk(person.call, { permissions, kind: 'account', isLimited: false })).toEqual([]);
});

test.each(['merchant', 'operator', 'viewer'] as const)(
  'the role %s, limited to one drop, may exactly what the table says of it, nothing of another, nothing of all',
  async (role) => {
    const person = await startPerson(admin, role, { drops: [own] });
    const permissions = ROLE_PERMISSIONS[role];
    expect(await walk(person.call, { permissions, kind: 'account', isLimited: true })).toEqual([]);
    const { body } = await person.call('GET', '/api/v1/drops');
    expect(body.drops.map(({ id }: { id: string }) => id)).toEqual([own]);
  },
);

test('whoever is not signed in gets to nothing but the doors', async () => {
  const call: Call = (method, path, body) =>
    send(admin.url, method, path, { body, headers: { 'x-forwarded-for': '203.0.113.9' } });
  for (const [route, { needs }] of Object.entries(ROUTES)) {
    const { status } = await ask(call, route, own);
    // There is no OpenID provider here, which is told.
    const door = route.includes('/oidc/') ? 404 : route.includes('sign-in-ways') ? 200 : 400;
    expect({ route, status }).toEqual({ route, status: needs === 'nobody' ? door : 401 });
  }
});

test.each(KEY_SCOPES)(
  'an API key of the scope %s may that and nothing else, of its drops only',
  async (scope) => {
    // Walks are long: each comes from an address of its own, which limits count by.
    const address = `203.0.113.${10 + KEY_SCOPES.indexOf(scope)}`;
    for (const drops of [null, [own]]) {
      const made = await admin.call('POST', '/api/v1/keys', { name: 'a script', scopes: [scope], drops });
      expect(made.status).toBe(201);
      const call: Call = (method, path, body) =>
        send(admin.url, method, path, {
          body,
          headers: { authorization: `Bearer ${made.body.key}`, 'x-forwarded-for': address },
        });
      expect(await walk(call, { permissions: [scope], kind: 'api-key', isLimited: drops !== null })).toEqual(
        [],
      );
    }
  },
);

test('an account without a second factor reads and does not write, whatever its role', async () => {
  const person = await startPerson(admin, 'owner', { mfa: false });
  for (const [route, access] of walked) {
    const { status, body } = await ask(person.call, route, own);
    const isRefused = body?.type?.endsWith('/second-factor-required') ?? false;
    const writes = !route.startsWith('GET') && access.needs !== 'nobody' && access.needs !== 'operator-key';
    if (!BODYLESS.has(route))
      expect({ route, status, isRefused }).toMatchObject({
        isRefused: writes && !access.isOpenWithoutMfa,
      });
  }
});

test('dangerous acts need a proof of the last minutes, others do not', async () => {
  const person = await startPerson(admin, 'owner');
  await admin.database.query(
    `update admin.sessions set fresh_at = now() - interval '16 minutes' where account_id = $1`,
    [person.id],
  );
  for (const [route, { needs, isDangerous }] of walked) {
    if (needs === 'operator-key') continue;
    const { body } = await ask(person.call, route, own);
    const isRefused = body?.type?.endsWith('/fresh-sign-in-required') ?? false;
    if (!BODYLESS.has(route) || isDangerous)
      expect({ route, isRefused }).toEqual({ route, isRefused: isDangerous ?? false });
  }
});

test('whoever may not turn a safeguard off can not undo that somebody turned it on again', async () => {
  const { body } = await admin.createDrop();
  const guarded = { owner: 'ada', reason: 'press hour', seconds: 600, confirm: true };
  await admin.call('POST', `/api/v1/drops/${body.id}/pass-through`, guarded);
  const merchant = await startPerson(admin, 'merchant');
  expect((await merchant.call('POST', `/api/v1/drops/${body.id}/resume`)).status).toBe(200);
  expect(await merchant.call('POST', `/api/v1/drops/${body.id}/undo`)).toMatchObject({
    status: 403,
    body: { type: expect.stringMatching(/not-allowed$/) },
  });
  const operator = await startPerson(admin, 'operator');
  expect((await operator.call('POST', `/api/v1/drops/${body.id}/undo`)).body.override).toBe('pass_through');
});

test('a drop of another name is no way around a limit', async () => {
  const merchant = await startPerson(admin, 'merchant', { drops: [own] });
  for (const id of [
    anyDrop(),
    own.toUpperCase(),
    `${own}%2f..%2f${other}`,
    encodeURIComponent(`${own}/../${other}`),
  ])
    expect([400, 403, 404], id).toContain((await merchant.call('GET', `/api/v1/drops/${id}`)).status);
});
