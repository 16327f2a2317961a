import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDrop } from '../support/checkout-database.ts';
import { type Answer, send, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout();
});
afterAll(() => checkout.close());

function open(
  drop: string,
  { token, secret }: { token: string; secret: string },
  { headers = {}, routed = false }: { headers?: Record<string, string>; routed?: boolean } = {},
): Promise<Answer> {
  const all = { authorization: `Bearer ${token}`, 'sluice-secret': secret, ...headers };
  const path = `/v1/drops/${drop}/session`;
  return send(checkout.url, 'POST', routed ? `${path}?` : path, { headers: all });
}

/** What two answers of the same route must share. */
function formOf({ status, headers, text }: Answer) {
  const names = [...headers].filter(([name]) => !['date'].includes(name));
  return { status, text, headers: Object.fromEntries(names), all: [...headers.keys()] };
}

test('Q34: a session opened before the router looks like one of the router, and is the same again', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 1 });
  for (const claims of [{}, { customer: 'Zoë – 42' }]) {
    const admission = await checkout.room.admit(drop, claims);
    const first = await open(drop, admission);
    expect([first.status, first.body.drop, first.body.customer]).toEqual([201, drop, claims.customer]);
    const [again, routed] = [await open(drop, admission), await open(drop, admission, { routed: true })];
    expect(formOf(again)).toEqual(formOf(routed));
    expect([again.status, again.text]).toEqual([200, first.text]);
    const https = { headers: { 'x-forwarded-proto': 'https' } };
    const [secure, secureRouted] = [
      await open(drop, admission, https),
      await open(drop, admission, { ...https, routed: true }),
    ];
    expect(secure.headers.get('set-cookie')).toMatch(/^__Host-co_session_.*; Secure$/);
    expect(formOf(secure)).toEqual(formOf(secureRouted));
  }
});

test('promise 3, promise 8: who is refused is refused in the same words before the router and by it', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 1 });
  const good = await checkout.room.admit(drop);
  const elsewhere = await createDrop(checkout.db.database, { shoe: 1 });
  const opened = await checkout.room.admit(drop);
  await open(drop, opened);
  const ended = await checkout.room.admit(drop);
  const { token } = (await open(drop, ended)).body;
  await send(checkout.url, 'DELETE', `/v1/drops/${drop}/session`, {
    headers: { authorization: `Session ${token}` },
  });
  const unknown = await checkout.room.admit('no-such-drop');
  const cases: [string, { token: string; secret: string }, number, Record<string, string>?][] = [
    [drop, { ...good, token: `${good.token.slice(0, -4)}AAAA` }, 401],
    [drop, { ...good, token: 'x' }, 401],
    [drop, { ...good, token: '' }, 401],
    [drop, { ...good, secret: '' }, 401],
    [drop, { ...good, secret: opened.secret }, 401],
    [drop, { ...good, secret: 's'.repeat(201) }, 401],
    [elsewhere, good, 401],
    ['no-such-drop', unknown, 404],
    ['NO', good, 401],
    [drop, ended, 410],
    [drop, good, 401, { authorization: `Basic ${good.token}` }],
  ];
  for (const [of, admission, status, headers] of cases) {
    const direct = await open(of, admission, { ...(headers && { headers }) });
    const routed = await open(of, admission, { routed: true, ...(headers && { headers }) });
    expect([direct.status, direct.body.type]).toEqual([status, routed.body.type]);
    expect(formOf(direct)).toEqual(formOf(routed));
  }
  expect((await open(drop, good)).status).toBe(201);
});

test('promise 8: a body where none belongs is the router’s', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 1 });
  const { token, secret } = await checkout.room.admit(drop);
  const headers = { authorization: `bearer  ${token} `, 'sluice-secret': secret };
  const path = `/v1/drops/${drop}/session`;
  const broken = await send(checkout.url, 'POST', path, { body: '{', headers });
  expect([broken.status, broken.body.errors[0].field]).toEqual([400, 'body']);
  expect((await send(checkout.url, 'POST', path, { headers })).status).toBe(201);
});
