import { holding, startMailServer, untilWaiting, whileLocked } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Answer,
  OPERATOR_KEY,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';
import { anyEmail, codeOf, openBrowser, PASSWORD, startPerson, tokenIn } from '../support/people.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterAll(() => admin?.close());

const problem = (status: number, type: string) => ({
  status,
  body: { type: expect.stringMatching(new RegExp(`/${type}$`)) },
});
const acts = async () =>
  (await admin.call('GET', '/api/v1/audit')).body.entries.map(({ act }: { act: string }) => act);

test('the first owner comes by a link that is good once, and no second one is made', async () => {
  const fresh = await startTestControlPlane();
  try {
    const first = await fresh.call('POST', '/api/v1/first-owner-link');
    const second = await fresh.call('POST', '/api/v1/first-owner-link');
    expect(second.status).toBe(201);
    const browser = openBrowser(fresh);
    const enrol = (link: string, given: object = {}) =>
      browser.call('POST', '/api/v1/enrolment', {
        ...{ token: tokenIn(link), email: 'Ada@Shop.Example', name: 'Ada', password: PASSWORD },
        ...given,
      });
    // The newer link voids the older one.
    expect(await enrol(first.body.link)).toMatchObject(problem(410, 'link-spent'));
    expect(await enrol(second.body.link, { email: undefined })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.email', reason: 'must be given for the first owner' }] },
    });
    expect(await enrol(second.body.link, { password: 'too short' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.password', reason: 'must have at least 12 characters' }] },
    });
    expect((await enrol(second.body.link)).status).toBe(204);
    expect(await enrol(second.body.link)).toMatchObject(problem(410, 'link-spent'));
    expect(await fresh.call('POST', '/api/v1/first-owner-link')).toMatchObject(problem(409, 'has-owner'));
    const signedIn = await browser.call('POST', '/api/v1/session', {
      email: 'ada@shop.example',
      password: PASSWORD,
    });
    expect(signedIn).toMatchObject({
      status: 201,
      body: { account: { role: 'owner' }, hasMfa: false, drops: null },
    });
  } finally {
    await fresh.close();
  }
});

test('two who open one first-owner link at once: one becomes the owner', async () => {
  const fresh = await startTestControlPlane();
  try {
    const { body } = await fresh.call('POST', '/api/v1/first-owner-link');
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, at) =>
        openBrowser(fresh).call('POST', '/api/v1/enrolment', {
          ...{ token: tokenIn(body.link), email: `owner${at}@shop.example`, password: PASSWORD },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 410, 410, 410]);
    expect((await fresh.call('GET', '/api/v1/accounts')).body.accounts).toHaveLength(1);
  } finally {
    await fresh.close();
  }
});

test('nothing that lets anyone in is kept as it is', async () => {
  const person = await startPerson(admin, 'owner');
  const key = (await admin.call('POST', '/api/v1/keys', { name: 'x', scopes: ['drops.read'] })).body.key;
  const session = person.jar.get('sluice_session') ?? '';
  expect(session).toMatch(/^[\w-]{43}$/);
  const tables = [
    'accounts',
    'sessions',
    'known_devices',
    'account_links',
    'api_keys',
    'recovery_codes',
    'audit',
  ];
  for (const table of tables) {
    const { rows } = await admin.database.query(`select t::text as text from admin.${table} t`);
    const all = rows.map(({ text }: { text: string }) => text).join('\n');
    for (const secret of [PASSWORD, person.secret, key, session, ...person.recoveryCodes])
      expect(all.includes(secret), `${table} holds a secret`).toBe(false);
  }
  const { rows } = await admin.database.query('select password_hash from admin.accounts where email = $1', [
    person.email,
  ]);
  expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('the session cookie is for this host only, not for scripts, and with https it is a __Host- cookie', async () => {
  const other = await admin.another({ PUBLIC_URL: 'https://admin.shop.example' });
  const person = await startPerson(admin, 'viewer');
  const ask = (url: string) =>
    send(url, 'POST', '/api/v1/session', {
      body: { email: person.email, password: PASSWORD, code: codeOf(person.secret, 1) },
      headers: { 'x-forwarded-for': person.address },
    });
  const lines = (await ask(other.url)).headers.getSetCookie();
  expect(lines).toHaveLength(2);
  for (const line of lines)
    expect(line).toMatch(
      /^__Host-sluice_\w+=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
});

test('an unknown address, a wrong password, a wrong code and a disabled account are told the same', async () => {
  const person = await startPerson(admin, 'merchant');
  const gone = await startPerson(admin, 'merchant');
  expect((await admin.call('PATCH', `/api/v1/accounts/${gone.id}`, { isDisabled: true })).status).toBe(200);
  const ask = (given: object) =>
    openBrowser(admin).call('POST', '/api/v1/session', { password: PASSWORD, ...given });
  const answers = [
    await ask({ email: anyEmail() }),
    await ask({ email: person.email, password: 'wrong horse battery staple' }),
    await ask({
      email: person.email,
      password: 'wrong horse battery staple',
      code: codeOf(person.secret, 1),
    }),
    await ask({ email: person.email, code: codeOf(person.secret, 5) }),
    await ask({ email: person.email, code: 'aaaa-bbbb-cccc-dddd' }),
    await ask({ email: gone.email, code: codeOf(gone.secret, 1) }),
  ];
  for (const { status, text } of answers)
    expect({ status, text }).toEqual({ status: 401, text: answers[0]?.text });
  expect(answers[0]).toMatchObject(problem(401, 'sign-in-refused'));
  expect(await ask({ email: person.email })).toMatchObject(problem(401, 'mfa-required'));
  const { body } = await admin.call('GET', '/api/v1/accounts');
  const shown = body.accounts.find(({ id }: { id: string }) => id === person.id);
  expect(shown).toMatchObject({ failedSignIns: 4, isMfaSetUp: true });
  const signedIn = await ask({ email: person.email, code: codeOf(person.secret, 1) });
  expect(signedIn).toMatchObject({ status: 201, body: { hasMfa: true, failedSignIns: 4 } });
});

test('a code counts once, in any session, and a recovery code counts once', async () => {
  const person = await startPerson(admin, 'operator');
  const ask = (code: string) =>
    openBrowser(admin).call('POST', '/api/v1/session', { email: person.email, password: PASSWORD, code });
  const code = codeOf(person.secret, 1);
  expect((await ask(code)).status).toBe(201);
  expect(await ask(code)).toMatchObject(problem(401, 'sign-in-refused'));
  // The one before it is over, too: codes only go forward.
  expect((await ask(codeOf(person.secret, 0))).status).toBe(401);
  const [first = '', second = ''] = person.recoveryCodes;
  expect((await ask(first.toUpperCase().replaceAll('-', ' '))).status).toBe(201);
  expect((await ask(first)).status).toBe(401);
  const atOnce = await Promise.all(Array.from({ length: 4 }, () => ask(second)));
  expect(atOnce.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(await acts()).toContain('account.recovery-code-used');
});

test('new recovery codes void the old ones', async () => {
  const person = await startPerson(admin, 'viewer');
  const { body } = await person.call('POST', '/api/v1/mfa/recovery-codes');
  expect(body.recoveryCodes).toHaveLength(10);
  const ask = (code: string) =>
    openBrowser(admin).call('POST', '/api/v1/session', { email: person.email, password: PASSWORD, code });
  expect((await ask(person.recoveryCodes[0] ?? '')).status).toBe(401);
  expect((await ask(body.recoveryCodes[0])).status).toBe(201);
});

test('of recovery codes asked for twice at once, those of one answer hold', async () => {
  const person = await startPerson(admin, 'viewer');
  const renew = () => person.call('POST', '/api/v1/mfa/recovery-codes');
  const answers = await whileLocked(
    admin.database,
    ['select from admin.recovery_codes where account_id = $1 for update', [person.id]],
    () => [renew(), renew()],
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const { rows } = await admin.database.query(
    'select count(*)::int as n from admin.recovery_codes where account_id = $1',
    [person.id],
  );
  expect(rows[0].n).toBe(10);
});

test('another site can not write with a browser that is signed in', async () => {
  const person = await startPerson(admin, 'owner');
  const path = `/api/v1/drops/${(await admin.createDrop()).body.id}/pause`;
  for (const origin of [
    'https://evil.example',
    'null',
    `http://127.0.0.1:1`,
    `${new URL(admin.url).origin}.evil.example`,
  ])
    expect(await person.call('POST', path, {}, { origin }), origin).toMatchObject(problem(403, 'cross-site'));
  const cookie = [...person.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  expect(await send(admin.url, 'POST', path, { body: {}, headers: { cookie } })).toMatchObject(
    problem(403, 'cross-site'),
  );
  // Nor sign anyone in there.
  expect(
    await send(admin.url, 'POST', '/api/v1/session', {
      body: { email: person.email, password: PASSWORD },
      headers: { origin: 'https://evil.example' },
    }),
  ).toMatchObject(problem(403, 'cross-site'));
  expect((await person.call('POST', path, {})).status).toBe(200);
});

test('a session ends at once: by signing out, from another browser, by an owner, with its password, when disabled', async () => {
  const person = await startPerson(admin, 'operator');
  const other = openBrowser(admin);
  const signIn = (browser: typeof other, steps: number): Promise<Answer> =>
    browser.call('POST', '/api/v1/session', {
      email: person.email,
      password: PASSWORD,
      code: codeOf(person.secret, steps),
    });
  expect((await signIn(other, 1)).status).toBe(201);
  const { body } = await person.call('GET', '/api/v1/session/others');
  expect(body.sessions).toHaveLength(2);
  const its = body.sessions.find(({ isThis }: { isThis: boolean }) => !isThis);
  expect((await person.call('DELETE', `/api/v1/session/others/${its.id}`)).status).toBe(204);
  expect((await other.call('GET', '/api/v1/session')).status).toBe(401);
  expect(await person.call('DELETE', `/api/v1/session/others/${its.id}`)).toMatchObject(
    problem(404, 'no-such-session'),
  );
  const stolen = openBrowser(admin);
  stolen.jar.set('sluice_session', person.jar.get('sluice_session') ?? '');
  expect((await person.call('DELETE', '/api/v1/session')).status).toBe(204);
  expect((await stolen.call('GET', '/api/v1/session')).status).toBe(401);

  for (const end of [
    () => admin.call('DELETE', `/api/v1/accounts/${person.id}/sessions`),
    () => admin.call('PATCH', `/api/v1/accounts/${person.id}`, { isDisabled: true }),
  ]) {
    await admin.call('PATCH', `/api/v1/accounts/${person.id}`, { isDisabled: false });
    await admin.database.query('update admin.accounts set totp_step = 0 where account_id = $1', [person.id]);
    expect((await signIn(other, 0)).status).toBe(201);
    expect([200, 204]).toContain((await end()).status);
    expect((await other.call('GET', '/api/v1/session')).status).toBe(401);
  }
});

test('whoever signs in with a password that is changed in the same moment is not in', async () => {
  const person = await startPerson(admin, 'operator', { mfa: false });
  const browser = openBrowser(admin);
  // As a change of the password does it.
  const statements = [
    ['update admin.accounts set password_hash = $2 where account_id = $1', [person.id, 'another']],
    ['update admin.sessions set ended_at = now() where account_id = $1 and ended_at is null', [person.id]],
  ] as const;
  const answer = await holding(admin.database, statements, async (letGo) => {
    const signingIn = browser.call('POST', '/api/v1/session', { email: person.email, password: PASSWORD });
    await untilWaiting(admin.database, 1);
    await letGo('commit');
    return signingIn;
  });
  expect(answer).toMatchObject(problem(401, 'sign-in-refused'));
  const open = 'select from admin.sessions where account_id = $1 and ended_at is null';
  expect((await admin.database.query(open, [person.id])).rowCount).toBe(0);
});

test('an idle session is over, and so is one of yesterday', async () => {
  for (const change of [`seen_at = now() - interval '121 minutes'`, `expires_at = now()`]) {
    const person = await startPerson(admin, 'viewer');
    expect((await person.call('GET', '/api/v1/session')).status).toBe(200);
    await admin.database.query(`update admin.sessions set ${change} where account_id = $1`, [person.id]);
    expect((await person.call('GET', '/api/v1/session')).status).toBe(401);
  }
});

test('whoever renews a session proves it by the second factor, and may do dangerous things again', async () => {
  const person = await startPerson(admin, 'owner');
  await admin.database.query(
    `update admin.sessions set fresh_at = now() - interval '1 hour' where account_id = $1`,
    [person.id],
  );
  const make = () => person.call('POST', '/api/v1/keys', { name: 'x', scopes: ['drops.read'] });
  expect(await make()).toMatchObject(problem(403, 'fresh-sign-in-required'));
  const renew = (given: object) => person.call('POST', '/api/v1/session/renewal', given);
  expect(await renew({ password: PASSWORD })).toMatchObject(problem(401, 'mfa-required'));
  expect(await renew({ code: codeOf(person.secret, 7) })).toMatchObject(problem(401, 'sign-in-refused'));
  expect((await renew({ code: codeOf(person.secret, 1) })).status).toBe(200);
  expect((await make()).status).toBe(201);
});

test('a reset sets a password, ends every session, and leaves the second factor where it is', async () => {
  const person = await startPerson(admin, 'merchant');
  const { body } = await admin.call('POST', `/api/v1/accounts/${person.id}/reset`);
  const password = 'another horse battery staple';
  const browser = openBrowser(admin);
  expect(
    (await browser.call('POST', '/api/v1/enrolment', { token: tokenIn(body.link), password })).status,
  ).toBe(204);
  expect((await person.call('GET', '/api/v1/session')).status).toBe(401);
  const ask = (given: object) =>
    browser.call('POST', '/api/v1/session', { email: person.email, password, ...given });
  expect(await ask({ password: PASSWORD })).toMatchObject(problem(401, 'sign-in-refused'));
  expect(await ask({})).toMatchObject(problem(401, 'mfa-required'));
  expect((await ask({ code: codeOf(person.secret, 1) })).status).toBe(201);
});

test('a lost second factor is taken off by an owner only together with the password', async () => {
  const person = await startPerson(admin, 'operator');
  const { body } = await admin.call('DELETE', `/api/v1/accounts/${person.id}/mfa`);
  const ask = (password: string) =>
    openBrowser(admin).call('POST', '/api/v1/session', { email: person.email, password });
  expect(await ask(PASSWORD)).toMatchObject(problem(401, 'sign-in-refused'));
  const password = 'another horse battery staple';
  await openBrowser(admin).call('POST', '/api/v1/enrolment', { token: tokenIn(body.link), password });
  expect(await ask(password)).toMatchObject({ status: 201, body: { hasMfa: false, isMfaSetUp: false } });
});

test('of two links asked for at once for one account one is good', async () => {
  const person = await startPerson(admin, 'viewer');
  const reset = () => admin.call('POST', `/api/v1/accounts/${person.id}/reset`);
  const { body: first } = await reset();
  const answers = await whileLocked(
    admin.database,
    ['select from admin.account_links where account_id = $1 for update', [person.id]],
    () => [reset(), reset()],
  );
  const statuses: number[] = [];
  for (const { link } of [first, ...answers.map(({ body }) => body)])
    statuses.push(
      (
        await openBrowser(admin).call('POST', '/api/v1/enrolment', {
          token: tokenIn(link),
          password: PASSWORD,
        })
      ).status,
    );
  expect(statuses[0]).toBe(410);
  expect(statuses.slice(1).sort()).toEqual([204, 410]);
});

test('a link that has run out, or a disabled account, is no way in', async () => {
  const person = await startPerson(admin, 'viewer');
  const reset = async () =>
    tokenIn((await admin.call('POST', `/api/v1/accounts/${person.id}/reset`)).body.link);
  const enrol = (token: string) =>
    openBrowser(admin).call('POST', '/api/v1/enrolment', { token, password: PASSWORD });
  const old = await reset();
  await admin.database.query('update admin.account_links set expires_at = now() where account_id = $1', [
    person.id,
  ]);
  expect(await enrol(old)).toMatchObject(problem(410, 'link-spent'));
  const token = await reset();
  await admin.call('PATCH', `/api/v1/accounts/${person.id}`, { isDisabled: true });
  expect(await enrol(token)).toMatchObject(problem(410, 'link-spent'));
});

test('a role is in force from the next request on; the last owner stays one, also when two try at once', async () => {
  const fresh = await startTestControlPlane();
  try {
    const [one, two] = [await startPerson(fresh, 'owner'), await startPerson(fresh, 'owner')];
    const answers = await Promise.all([
      one.call('PATCH', `/api/v1/accounts/${two.id}`, { role: 'viewer' }),
      two.call('PATCH', `/api/v1/accounts/${one.id}`, { isDisabled: true }),
    ]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(1);
    const { body } = await fresh.call('GET', '/api/v1/accounts');
    const owners = body.accounts.filter(
      (a: { role: string; isDisabled: boolean }) => a.role === 'owner' && !a.isDisabled,
    );
    expect(owners).toHaveLength(1);
    expect(await fresh.call('PATCH', `/api/v1/accounts/${owners[0].id}`, { role: 'operator' })).toMatchObject(
      problem(409, 'last-owner'),
    );
  } finally {
    await fresh.close();
  }
});

test('bad input about accounts and keys is told by field', async () => {
  const person = await startPerson(admin, 'owner');
  for (const [method, path, given, field] of [
    ['POST', '/api/v1/accounts', { email: 'x', name: 'x', role: 'viewer' }, 'body.email'],
    ['POST', '/api/v1/accounts', { email: anyEmail(), name: 'x', role: 'king' }, 'body.role'],
    ['POST', '/api/v1/accounts', { email: anyEmail(), name: 'x', role: 'owner', drops: ['a'] }, 'body.drops'],
    [
      'POST',
      '/api/v1/accounts',
      { email: anyEmail(), name: 'x', role: 'viewer', drops: ['A b'] },
      'body.drops.0',
    ],
    ['PATCH', `/api/v1/accounts/${person.id}`, { drops: ['a'] }, 'body.drops'],
    ['POST', '/api/v1/keys', { name: 'x', scopes: [] }, 'body.scopes'],
    ['POST', '/api/v1/keys', { name: 'x', scopes: ['accounts.manage'] }, 'body.scopes.0'],
    ['POST', '/api/v1/keys', { name: 'x', scopes: ['drops.read'], expiresInDays: 0 }, 'body.expiresInDays'],
    ['POST', '/api/v1/enrolment', { token: 'x', password: PASSWORD }, 'body.token'],
  ] as const)
    expect(await person.call(method, path, given), `${path} ${JSON.stringify(given)}`).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ field })]) },
    });
  expect(
    await person.call('POST', '/api/v1/accounts', {
      email: person.email.toUpperCase(),
      name: 'x',
      role: 'viewer',
    }),
  ).toMatchObject(problem(409, 'account-exists'));
});

test('a key does not work once revoked or over, and who made it and used it is told', async () => {
  const { body: made } = await admin.call('POST', '/api/v1/keys', {
    name: 'deploy',
    scopes: ['drops.read'],
    expiresInDays: 1,
  });
  const use = (key = made.key) =>
    send(admin.url, 'GET', '/api/v1/drops', { headers: { authorization: `Bearer ${key}` } });
  expect((await use()).status).toBe(200);
  expect((await use(`${made.key.slice(0, -1)}${made.key.endsWith('A') ? 'B' : 'A'}`)).status).toBe(401);
  const listed = (await admin.call('GET', '/api/v1/keys')).body.keys.find(
    ({ id }: { id: string }) => id === made.id,
  );
  expect(listed).toMatchObject({ name: 'deploy', lastUsedAt: expect.any(String), revokedAt: null });
  expect(JSON.stringify(listed)).not.toContain(made.key);
  await admin.database.query('update admin.api_keys set expires_at = now() where key_id = $1', [made.id]);
  expect((await use()).status).toBe(401);
  await admin.database.query('update admin.api_keys set expires_at = null where key_id = $1', [made.id]);
  expect((await use()).status).toBe(200);
  expect((await admin.call('DELETE', `/api/v1/keys/${made.id}`)).status).toBe(204);
  expect((await use()).status).toBe(401);
  expect(await admin.call('DELETE', `/api/v1/keys/${made.id}`)).toMatchObject(problem(404, 'no-such-key'));
});

test('the audit log tells of accounts, links, proofs, roles and keys, and of no secret', async () => {
  const { body } = await admin.call('GET', '/api/v1/audit?limit=500');
  const told = new Set(body.entries.map(({ act }: { act: string }) => act));
  for (const act of [
    'account.create',
    'account.change',
    'account.password',
    'account.mfa',
    'account.recovery-codes',
    'account.proofs-cleared',
    'account.sessions-ended',
    'link.invitation',
    'link.reset',
    'sign-in',
    'key.create',
    'key.revoke',
  ])
    expect([...told], act).toContain(act);
  expect(JSON.stringify(body)).not.toMatch(/argon2|sluice_[a-z2-7]{12}_|#[\w-]{43}/);
  expect(JSON.stringify(body)).not.toContain(OPERATOR_KEY);
});

test('with a mailer links go by mail only, and asking for a reset tells a stranger nothing', async () => {
  const mails = await startMailServer();
  const mailing = await admin.another({ SMTP_URL: mails.url, MAIL_FROM: 'Sluice <no-reply@shop.example>' });
  try {
    const email = anyEmail();
    const headers = { authorization: `Bearer ${OPERATOR_KEY}` };
    const invited = await send(mailing.url, 'POST', '/api/v1/accounts', {
      body: { email, name: 'x', role: 'viewer' },
      headers,
    });
    expect(invited).toMatchObject({ status: 201, body: { link: null } });
    const first = await mails.next(email);
    const token = /#([\w-]{43})/.exec(first.text)?.[1];
    const browser = openBrowser(mailing);
    expect((await browser.call('POST', '/api/v1/enrolment', { token, password: PASSWORD })).status).toBe(204);
    const answers = [email, anyEmail()].map((one) =>
      browser.call('POST', '/api/v1/password-reset', { email: one }),
    );
    const [known, unknown] = await Promise.all(answers);
    expect([known?.status, known?.text]).toEqual([unknown?.status, unknown?.text]);
    const again = /#([\w-]{43})/.exec((await mails.next(email)).text)?.[1];
    expect(
      (await browser.call('POST', '/api/v1/enrolment', { token: again, password: PASSWORD })).status,
    ).toBe(204);
    expect(mails.mails).toHaveLength(2);
  } finally {
    await mails.close();
  }
});
