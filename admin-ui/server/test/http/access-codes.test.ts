/** Access codes, bypass list and member classes, from the control plane to a real room and back (ADR 0112, ADR 0113). */
import { generateKeyPairSync, sign } from 'node:crypto';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { inSeconds, send, startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';

let admin: TestControlPlane;
let room: string;
beforeAll(async () => {
  admin = await startTestControlPlane({ withRoom: true });
  room = admin.room?.url ?? '';
});
afterAll(() => admin?.close());

const problem = (status: number, type: string) => ({
  status,
  body: { type: expect.stringMatching(new RegExp(`/${type}$`)) },
});

async function open(more: Record<string, unknown> = {}): Promise<string> {
  const { body } = await admin.createDrop({
    opensAt: inSeconds(0),
    admission: { lobbySeconds: 0, lobby: 'fifo', ratePerMinute: 0 },
    ...more,
  });
  await inForce(body.id);
  return body.id;
}

/** Not so often that reading is refused. */
const PATIENCE = { timeoutMs: 30_000, everyMs: 200 };

/** Until the room goes by the drop's newest policy. */
async function inForce(drop: string): Promise<void> {
  await waitUntil(async () => {
    const { body } = await admin.call('GET', `/api/v1/drops/${drop}/instances`);
    return body.total > 0 && body.onVersion === body.total;
  }, PATIENCE);
}

const make = (drop: string, body: object, query = '') =>
  admin.call('POST', `/api/v1/drops/${drop}/codes${query}`, body);
const told = async (drop: string) => (await admin.call('GET', `/api/v1/drops/${drop}/codes`)).body;
const join = (drop: string, body: object = {}) => send(room, 'POST', `/v1/drops/${drop}/tickets`, { body });
const audited = async (drop: string, act: string) =>
  (await admin.call('GET', `/api/v1/audit?drop=${drop}&act=${act}`)).body.entries;

test('4.2: codes are made, told once, used at the room, counted, and withdrawn', async () => {
  const drop = await open({ access: { codeRequired: true } });
  const { status, body, headers } = await make(drop, { label: 'Newsletter', count: 3, reason: 'spring' });
  expect(status).toBe(201);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(body).toMatchObject({
    number: 0,
    kind: 'access',
    label: 'Newsletter',
    count: 3,
    usesMax: 1,
    uses: 0,
  });
  expect(new Set(body.codes).size).toBe(3);
  await inForce(drop);
  expect(await join(drop)).toMatchObject(problem(403, 'code-required'));
  expect((await join(drop, { code: body.codes[1] })).status).toBe(201);
  expect(await join(drop, { code: body.codes[1] })).toMatchObject(problem(403, 'code-used-up'));
  const { batches } = await told(drop);
  expect(batches).toMatchObject([{ number: 0, uses: 1, isWord: false, revokedAt: null }]);
  expect(JSON.stringify(batches)).not.toContain(body.codes[0]);
  const revoked = await admin.call('POST', `/api/v1/drops/${drop}/codes/0/revocation`, {});
  expect(revoked).toMatchObject({
    status: 200,
    body: { batches: [{ revokedAt: expect.any(String), uses: 1 }] },
  });
  await inForce(drop);
  expect(await join(drop, { code: body.codes[0] })).toMatchObject(problem(403, 'code-wrong'));
  const [made] = await audited(drop, 'codes.make');
  expect(made).toMatchObject({
    reason: 'spring',
    after: { codeBatches: [{ number: 0, label: 'Newsletter' }] },
  });
  expect(await audited(drop, 'codes.revoke')).toHaveLength(1);
});

test('promise 3: neither codes nor what they are made by stand in Postgres, the audit log or an answer', async () => {
  const drop = await open({ access: { codeRequired: true } });
  const { body } = await make(drop, { label: 'Friends', count: 2, usesMax: 2 });
  const word = await make(drop, { label: 'Radio', word: 'Morning-Show', usesMax: 500 });
  expect(word.body.codes).toEqual(['Morning-Show']);
  const { rows } = await admin.database.query(
    `select d::text from admin.drops d where drop_id = $1
     union all select a::text from admin.audit a where drop_id = $1`,
    [drop],
  );
  const page = JSON.parse((await admin.redis.get(`wr:page:${drop}`)) ?? '{}');
  const answers = [await told(drop), (await admin.call('GET', `/api/v1/drops/${drop}`)).body];
  const texts = [...rows.map(({ d }) => d as string), ...answers.map((one) => JSON.stringify(one))].join(
    '\n',
  );
  for (const secret of [...body.codes, 'Morning', 'MORNING', page.codes.key])
    expect(texts.includes(secret), secret).toBe(false);
});

test('codes come as CSV, for whoever sends them out', async () => {
  const drop = await open();
  const answer = await make(drop, { label: '=cmd()', count: 2 }, '?format=csv');
  expect(answer.headers.get('content-disposition')).toContain(`${drop}-codes-0.csv`);
  const [head, first, second] = answer.text.trim().split('\n');
  expect(head).toBe('code,label,usesMax');
  expect(first).toMatch(/^[0-9A-Z-]{19},'=cmd\(\),1$/);
  expect(second).not.toBe(first);
});

test('promise 8: what no codes can be made of is refused by field and reason', async () => {
  const drop = await open();
  const faults: [object, string][] = [
    [{}, 'body.label'],
    [{ label: '' }, 'body.label'],
    [{ label: 'x', count: 0 }, 'body.count'],
    [{ label: 'x', count: 50_001 }, 'body.count'],
    [{ label: 'x', usesMax: 0 }, 'body.usesMax'],
    [{ label: 'x', kind: 'vip' }, 'body.kind'],
    [{ label: 'x', word: 'short' }, 'body.word'],
    [{ label: 'x', word: 'wörter-buch' }, 'body.word'],
    [{ label: 'x', word: 'good-word', count: 2 }, 'body.count'],
    [{ label: 'x', codes: ['a'] }, 'body.codes'],
  ];
  for (const [body, field] of faults) {
    const answer = await make(drop, body);
    expect(answer, JSON.stringify(body)).toMatchObject(problem(400, 'invalid-request'));
    expect(answer.body.errors[0].field).toBe(field);
  }
  await make(drop, { label: 'x', word: 'early bird' });
  expect(await make(drop, { label: 'y', word: 'EAR1Y-B1RD' })).toMatchObject({
    ...problem(400, 'invalid-request'),
    body: { errors: [{ field: 'body.word' }] },
  });
  const path = `/api/v1/drops/${drop}/codes`;
  expect(await admin.call('POST', `${path}/9/revocation`, {})).toMatchObject(problem(404, 'no-such-codes'));
  expect(await admin.call('POST', `${path}/256/revocation`, {})).toMatchObject(
    problem(400, 'invalid-request'),
  );
  expect(await make('nothing', { label: 'x' })).toMatchObject(problem(404, 'no-such-drop'));
  const stale = await admin.call('POST', path, { label: 'x' }, { 'if-match': '"1"' });
  expect(stale).toMatchObject(problem(412, 'version-mismatch'));
});

test('4.2: each use of a bypass is counted and an entry of the audit log, with ticket and time, once', async () => {
  const drop = await open();
  const { body } = await make(drop, { kind: 'bypass', label: 'Press', usesMax: 3 });
  await inForce(drop);
  const guests = [await join(drop, { code: body.codes[0] }), await join(drop, { code: body.codes[0] })];
  expect(guests.map(({ status }) => status)).toEqual([201, 201]);
  const entries = await waitUntil(async () => {
    const found = await audited(drop, 'bypass.use');
    return found.length === 2 ? found : null;
  }, PATIENCE);
  const tickets = guests.map((guest) => guest.body.publicNumber);
  expect(entries.map(({ after }: { after: { ticket: string } }) => after.ticket).sort()).toEqual(
    tickets.sort(),
  );
  expect(entries[0]).toMatchObject({
    actor: 'system',
    after: { label: 'Press', usedAt: expect.any(String) },
  });
  const other = await admin.another();
  await waitUntil(async () => {
    const { rows } = await admin.database.query('select uses from admin.code_uses where drop_id = $1', [
      drop,
    ]);
    return rows[0]?.uses === 2;
  });
  expect(await audited(drop, 'bypass.use')).toHaveLength(2);
  // What Redis has forgotten stays counted.
  await admin.redis.del(`wr:{${drop}}:uses`);
  expect((await told(drop)).batches[0].uses).toBe(2);
  await other.close();
});

test('promise 5: what codes are read by is in Redis again after a loss', async () => {
  const drop = await open({ access: { codeRequired: true } });
  const { body } = await make(drop, { label: 'x', count: 1 });
  await inForce(drop);
  const before = await admin.redis.get(`wr:page:${drop}`);
  await admin.redis.del(`wr:page:${drop}`, `wr:{${drop}}:control`);
  await waitUntil(async () => (await admin.redis.get(`wr:page:${drop}`)) === before);
  await inForce(drop);
  const answer = await waitUntil(
    async () => {
      const joined = await join(drop, { code: body.codes[0] });
      return joined.status === 503 ? null : joined;
    },
    { timeoutMs: 30_000 },
  );
  expect(`${answer.status} ${answer.body.type}`).toBe('201 undefined');
});

test('4.2: member classes are set by name, and a claim that names one gets it at the room', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { kty, crv, x } = publicKey.export({ format: 'jwk' });
  const gold = { name: 'gold', band: 0, chances: 3, headStartSeconds: 3600 };
  const members = {
    keys: [{ kid: 'shop', kty, crv, x }],
    chancesMax: 2,
    headStartSecondsMax: 60,
    classes: [gold],
  };
  const drop = await open();
  const changed = await admin.call('PATCH', `/api/v1/drops/${drop}`, { access: { members } });
  expect(changed).toMatchObject({ status: 200, body: { access: { codeRequired: false, members } } });
  await inForce(drop);
  const claim = (name: string) => {
    const iat = Math.floor(Date.now() / 1000);
    const parts = [
      { alg: 'EdDSA', typ: 'member+jwt', kid: 'shop' },
      { aud: drop, sub: name, class: name, iat, exp: iat + 300 },
    ];
    const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
  };
  const crowd = [await join(drop), await join(drop)];
  expect(crowd.map(({ status }) => status)).toEqual([201, 201]);
  const member = await join(drop, { member: claim('gold') });
  expect(member.status).toBe(201);
  const control = await admin.redis.hgetall(`wr:{${drop}}:control`);
  const ahead = await admin.redis.zcount(`wr:{${drop}}:waiting`, `(${control.frontier ?? 0}`, '+inf');
  const rank = await admin.redis.zrevrank(`wr:{${drop}}:waiting`, member.body.publicNumber);
  expect(rank).toBeGreaterThanOrEqual(ahead - 1);
  expect(await join(drop, { member: claim('silver') })).toMatchObject({
    ...problem(400, 'invalid-request'),
    body: { errors: [{ field: 'body.member' }] },
  });
});

test('promise 8: keys that are private, of another kind or stated twice are refused, in a plan and in a file', async () => {
  const key = { kid: 'a', kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) };
  const rules = { chancesMax: 1, headStartSecondsMax: 0, classes: [] };
  const drop = await open();
  const wrong: [object[], RegExp][] = [
    [[], /keys/],
    [[{ ...key, d: 'secret' }], /keys\.0/],
    [[{ ...key, x: 'short' }], /keys\.0/],
    [[{ ...key, crv: 'P-256' }], /keys\.0/],
    [[key, key], /keys\.1\.kid/],
  ];
  for (const [keys, field] of wrong) {
    const access = { members: { ...rules, keys } };
    const answer = await admin.call('PATCH', `/api/v1/drops/${drop}`, { access });
    expect(answer, JSON.stringify(keys)).toMatchObject(problem(400, 'invalid-request'));
    expect(answer.body.errors.map((one: { field: string }) => one.field).join()).toMatch(field);
    const file = { version: 1, drops: [{ id: drop, name: 'x', opensAt: inSeconds(60), access }] };
    expect(await admin.call('POST', '/api/v1/plan', file)).toMatchObject(problem(400, 'invalid-request'));
  }
});

test('4.3: access is in the file, planned and applied, copied with a clone; codes are not', async () => {
  const drop = await open({ access: { codeRequired: true } });
  await make(drop, { label: 'x', count: 2 });
  const file = (await admin.call('GET', '/api/v1/export')).text;
  const { drops } = parse(file);
  const exported = drops.find(({ id }: { id: string }) => id === drop);
  expect(exported.access).toEqual({ codeRequired: true, members: null });
  expect(file).not.toContain('codeBatches');
  const { body: plan } = await admin.call('POST', '/api/v1/plan', {
    version: 1,
    drops: [{ id: drop, name: 'Aurora Low', access: { codeRequired: false } }],
  });
  expect(plan.changes[0]).toMatchObject({
    action: 'change',
    fields: [{ field: 'access.codeRequired', from: true, to: false }],
  });
  const { body: copy } = await admin.call('POST', `/api/v1/drops/${drop}/clone`, {
    opensAt: inSeconds(3600),
  });
  expect(copy.access.codeRequired).toBe(true);
  expect((await told(copy.id)).batches).toEqual([]);
});
