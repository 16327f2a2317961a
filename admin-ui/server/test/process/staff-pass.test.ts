import { createHash, randomUUID } from 'node:crypto';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSigner } from '../../src/domain/signed-links.ts';
import {
  anyPlan,
  SERVICE_TOKEN,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';
import { startPerson } from '../support/people.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane({ withRoom: true });
});
afterAll(() => admin?.close());

const PATIENCE = { timeoutMs: 60_000, everyMs: 400 };
/** Staff alone. */
const STAFF = { shoppers: 0, lobbySeconds: 5, openSeconds: 600 };
const plan = () => ({ ...anyPlan(), admission: { ratePerMinute: 6000 } });
const room = (method: string, path: string, options: Parameters<typeof send>[3] = {}) =>
  send(admin.room?.url ?? '', method, path, options);
const shop = (path: string, body: unknown, headers: Record<string, string>) =>
  send(admin.checkoutUrl, 'POST', path, { body, headers });
const refusal = (reason: string) => ({
  status: 403,
  body: { type: expect.stringMatching(/pass-refused$/), detail: expect.stringContaining(reason) },
});

test('4.4: a staff pass walks the real flow of a scheduled drop to an order in the sandbox, which counts nowhere', {
  timeout: 150_000,
}, async () => {
  const source = (await admin.createDrop(plan())).body.id as string;
  const look = async () => ({
    // What is live of it is told anew each second.
    plan: { ...(await admin.call('GET', `/api/v1/drops/${source}`)).body, live: null },
    stock: (await admin.call('GET', `/api/v1/drops/${source}/stock`)).body,
    orders: (await admin.call('GET', `/api/v1/orders?drop=${source}`)).body.orders,
  });
  const before = await look();
  const issue = (drop: string) => admin.call('POST', `/api/v1/drops/${drop}/rehearsals/pass`, {});
  expect((await issue(source)).body.type).toContain('no-such-rehearsal');

  const started = await admin.call('POST', `/api/v1/drops/${source}/rehearsals`, STAFF);
  expect(started, started.text).toMatchObject({ status: 201, body: { settings: STAFF } });
  const { id: copy, endsAt } = started.body;
  const viewer = await startPerson(admin, 'viewer');
  expect((await viewer.call('POST', `/api/v1/drops/${source}/rehearsals/pass`, {})).status).toBe(403);
  const issued = await issue(source);
  expect(issued, issued.text).toMatchObject({ status: 201, body: { drop: copy, expiresAt: endsAt } });
  expect(issued.headers.get('cache-control')).toBe('no-store');
  const { url, path, pass, secret } = issued.body;
  expect(url).toBe(`${admin.room?.url}${path}`);
  // By way of the shop, whose connector knows by the id what it is a copy of (ADR 0144).
  const link = new URL(issued.body.shopUrl);
  expect(link.origin + link.pathname).toBe('https://shop.example/.sluice/rehearsal');
  expect(Object.fromEntries(link.searchParams)).toEqual({ drop: copy, pass, to: '/buy' });
  const mark = createHash('sha256')
    .update(`${copy.slice(10, 22)}.${source}`)
    .digest('hex')
    .slice(0, 8);
  expect(copy.slice(22)).toBe(mark);
  expect(issued.body.codes).toEqual({ access: null, bypass: null });
  const bind = new URL(url).searchParams.get('bind');

  // The link, as a browser opens it; the random id alone opens nothing.
  const opened = await waitUntil(async () => {
    const answer = await room('GET', path);
    return answer.status === 404 ? undefined : answer;
  }, PATIENCE);
  expect(opened.status, opened.text).toBe(303);
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await room('GET', opened.headers.get('location') ?? '', { headers: { cookie } })).status).toBe(200);
  const join = (headers: Record<string, string>) =>
    room('POST', `/v1/drops/${copy}/tickets`, { headers, body: { nonce: 'N'.repeat(24) } });
  const sign = createSigner(SERVICE_TOKEN, 'sluice staff pass');
  const expiresAt = new Date(endsAt);
  expect(await join({})).toMatchObject(refusal('for staff'));
  for (const [bad, reason] of [
    [sign({ drop: source, expiresAt }), 'another drop'],
    [sign({ drop: copy, expiresAt: new Date() }), 'expired'],
    [
      createSigner('of another installation, long enough', 'sluice staff pass')({ drop: copy, expiresAt }),
      'signed',
    ],
    [`${pass.slice(0, -1)}${pass.endsWith('A') ? 'E' : 'A'}`, 'signed'],
  ] as const)
    expect(await join({ 'sluice-pass': bad }), bad).toMatchObject(refusal(reason));
  const joined = await join({ cookie });
  expect(joined.status, joined.text).toBe(201);
  // The real line takes nobody before its lobby, with a pass or without.
  expect(
    (await room('POST', `/v1/drops/${source}/tickets`, { headers: { 'sluice-pass': pass } })).body.type,
  ).toContain('not-open-yet');

  const headers = { authorization: `Ticket ${joined.body.ticket}` };
  const { token } = await waitUntil(async () => {
    const answer = await room('POST', `/v1/drops/${copy}/admission`, { headers, body: { bind } });
    return answer.status === 200 ? answer.body : undefined;
  }, PATIENCE);
  const session = await waitUntil(async () => {
    const answer = await shop(
      `/v1/drops/${copy}/session`,
      {},
      {
        authorization: `Bearer ${token}`,
        'sluice-secret': secret,
      },
    );
    return answer.status < 300 ? answer.body : undefined;
  }, PATIENCE);
  const authorization = `Session ${session.token}`;
  const hold = await shop(
    '/v1/reservations',
    { lines: [{ sku: 'low-41', quantity: 1 }] },
    { authorization, 'idempotency-key': randomUUID() },
  );
  expect(hold.status, hold.text).toBe(201);
  const paid = await shop(
    `/v1/reservations/${hold.body.id}/payment`,
    { method: 'sandbox:ok' },
    { authorization },
  );
  expect(paid, paid.text).toMatchObject({
    status: 200,
    body: { status: 'paid', order: { id: expect.any(String) } },
  });

  // Neither stock nor orders nor report of the drop know of it.
  expect(await look()).toEqual(before);
  const { body: report } = await admin.call('GET', `/api/v1/drops/${source}/report`);
  expect(report).toMatchObject({ joined: 0, entered: 0, unitsSold: 0 });
  expect((await admin.call('GET', `/api/v1/orders?id=${paid.body.order.id}`)).body.orders).toEqual([]);

  expect((await admin.call('POST', `/api/v1/drops/${source}/rehearsals/stop`, {})).status).toBe(202);
  expect((await issue(source)).body.type).toContain('no-such-rehearsal');
  const ended = await waitUntil(async () => {
    const [latest] = (await admin.call('GET', `/api/v1/drops/${source}/rehearsals`)).body.rehearsals;
    return latest.deletedAt === null ? undefined : latest;
  }, PATIENCE);
  expect(ended).toMatchObject({ endReason: 'stopped', result: { joined: 1, bought: 1, unitsSold: 1 } });
  // A pass that has not expired opens nothing any more.
  const gone = await waitUntil(async () => {
    const answer = await join({ 'sluice-pass': pass });
    return answer.status >= 400 ? answer : undefined;
  }, PATIENCE);
  expect(gone).toMatchObject({ status: 410, body: { type: expect.stringContaining('archived') } });
  expect(
    (await shop('/v1/reservations', { lines: [{ sku: 'low-41', quantity: 1 }] }, { authorization })).status,
  ).toBeGreaterThanOrEqual(400);
  const log = await admin.call('GET', `/api/v1/drops/${source}/acts`);
  expect(log.text).toContain('pass.issue');
  expect(log.text).not.toContain(pass);
});

test('4.4: staff alone are no crowd: nobody is asked about real shoppers; what is wrong is refused', async () => {
  const source = (await admin.createDrop(plan())).body.id as string;
  await admin.createDrop({ ...plan(), opensAt: new Date(Date.now() + 60_000).toISOString() });
  const ask = (path: string, body: unknown) => admin.call('POST', `/api/v1/drops/${path}`, body);
  expect((await ask(`${source}/rehearsals`, { ...STAFF, shoppers: 1 })).body.type).toContain(
    'confirmation-required',
  );
  expect((await ask(`${source}/rehearsals`, STAFF)).status).toBe(201);
  expect(await ask(`${source}/rehearsals/pass`, { forever: true })).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'body.forever', reason: expect.any(String) }] },
  });
  expect((await ask('no-such-drop/rehearsals/pass', {})).status).toBe(404);
  expect((await ask(`${source}/rehearsals/stop`, {})).status).toBe(202);
});
