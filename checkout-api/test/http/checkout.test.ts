import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anyTicket, balances, createDrop, imbalances } from '../support/checkout-database.ts';
import { send, shopperOf, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout();
});
afterAll(() => checkout.close());

const shoe = [{ sku: 'shoe', quantity: 1 }];

test('a shopper opens a session, reserves, pays and reads the order', async () => {
  const drop = await createDrop(checkout.db.database, { lace: 3, shoe: 2 });
  const shopper = await checkout.enter(drop);
  const reserved = await shopper.reserve('key-1', [...shoe, { sku: 'lace', quantity: 2 }]);
  expect(reserved).toMatchObject({
    status: 201,
    body: {
      drop,
      status: 'held',
      amountMinor: 3000,
      currency: 'EUR',
      lines: [
        { sku: 'lace', quantity: 2 },
        { sku: 'shoe', quantity: 1 },
      ],
    },
  });
  const path = `/v1/reservations/${reserved.body.id}`;
  expect(reserved.headers.get('location')).toBe(path);
  expect((await shopper.call('GET', path)).body).toEqual(reserved.body);
  const paid = await shopper.call('POST', `${path}/payment`, { method: 'sandbox:ok' });
  expect(paid).toMatchObject({
    status: 200,
    body: { status: 'paid', order: { amountMinor: 3000, status: 'paid' } },
  });
  const { order } = paid.body;
  expect((await shopper.call('GET', `/v1/orders/${order.id}`)).body).toEqual(order);
  expect((await shopper.call('GET', path)).body).toMatchObject({ status: 'paid', orderId: order.id });
  expect((await shopper.call('POST', `${path}/payment`, { method: 'sandbox:ok' })).body).toEqual(paid.body);
  expect(await balances(checkout.db.database, drop)).toMatchObject({ lace: { sold: 2 }, shoe: { sold: 1 } });
});

test('promise 3: token and secret open one session: again the same one, elsewhere a refusal', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 2 });
  const { token, secret, jti } = await checkout.room.admit(drop);
  const open = (headers: Record<string, string>) =>
    send(checkout.url, 'POST', `/v1/drops/${drop}/session`, { headers });
  const first = await open({ authorization: `Bearer ${token}`, 'sluice-secret': secret });
  const again = await open({ authorization: `Bearer ${token}`, 'sluice-secret': secret });
  expect(first).toMatchObject({ status: 201, body: { drop, token: expect.stringMatching(/^[\w-]{43}$/) } });
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect(first.headers.get('set-cookie')).toMatch(
    new RegExp(`^co_session_${drop}=[^;]+;.*HttpOnly; SameSite=Lax$`),
  );
  expect(await open({ authorization: `Bearer ${token}` })).toMatchObject({ status: 401 });
  expect(await open({ authorization: `Bearer ${token}`, 'sluice-secret': 'A'.repeat(43) })).toMatchObject({
    status: 401,
  });
  // The room re-issued the token for another browser after this session had begun.
  const rival = await checkout.room.admit(drop, { sub: jti, jti });
  expect(await open({ authorization: `Bearer ${rival.token}`, 'sluice-secret': rival.secret })).toMatchObject(
    {
      status: 409,
      body: { type: expect.stringContaining('bound-elsewhere') },
    },
  );
});

test('promise 3: a token for another drop, expired, from another issuer or altered is refused', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 2 });
  const now = Math.floor(Date.now() / 1000);
  const bad = {
    'another drop': await checkout.room.admit('another-drop'),
    expired: await checkout.room.admit(drop, { iat: now - 700, nbf: now - 700, exp: now - 100 }),
    'another issuer': await checkout.room.admit(drop, { iss: 'https://room.example' }),
    'not yet valid': await checkout.room.admit(drop, { iat: now + 300, nbf: now + 300, exp: now + 400 }),
  };
  const good = await checkout.room.admit(drop);
  const [head, body, signature] = good.token.split('.');
  // A whole other public number: the last character of one has only 16 values, so that setting it may change nothing.
  const altered = Buffer.from(body ?? '', 'base64url')
    .toString()
    .replaceAll(good.jti, anyTicket());
  const forged = {
    ...bad,
    altered: { ...good, token: `${head}.${Buffer.from(altered).toString('base64url')}.${signature}` },
    unsigned: {
      ...good,
      token: `${Buffer.from('{"alg":"none","typ":"admission+jwt","kid":"k1"}').toString('base64url')}.${body}.`,
    },
  };
  for (const [kind, { token, secret }] of Object.entries(forged)) {
    const headers = { authorization: `Bearer ${token}`, 'sluice-secret': secret };
    expect((await send(checkout.url, 'POST', `/v1/drops/${drop}/session`, { headers })).status, kind).toBe(
      401,
    );
  }
});

test('promise 6: the same key has the same answer byte for byte, on another instance and after the payment too', async () => {
  const drop = await createDrop(checkout.db.database, { lace: 5, shoe: 5 });
  const shopper = await checkout.enter(drop);
  const first = await shopper.reserve('key', [...shoe, { sku: 'lace', quantity: 1 }]);
  const other = await checkout.another();
  const elsewhere = shopperOf(other.url, shopper.jti, shopper.credential);
  const again = await elsewhere.reserve('key', [{ sku: 'lace', quantity: 1 }, ...shoe]);
  expect([again.status, again.text]).toEqual([201, first.text]);
  await shopper.call('POST', `/v1/reservations/${first.body.id}/extension`);
  await shopper.call('POST', `/v1/reservations/${first.body.id}/payment`, { method: 'sandbox:ok' });
  const late = await shopper.reserve('key', [...shoe, { sku: 'lace', quantity: 1 }]);
  expect([late.status, late.text]).toEqual([201, first.text]);
  expect(await shopper.reserve('key', shoe)).toMatchObject({
    status: 422,
    body: { type: expect.stringContaining('idempotency-key-reused') },
  });
  expect(await balances(checkout.db.database, drop)).toMatchObject({ shoe: { sold: 1, held: 0 } });
});

test('refusals are answers: sold out, beyond the limit, unknown, not yours, too late', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 1, lace: 50 }, { perShopperLimit: 3 });
  const [shopper, other] = [await checkout.enter(drop), await checkout.enter(drop)];
  const type = (name: string) => ({ type: expect.stringMatching(new RegExp(`/${name}$`)) });
  const mine = await shopper.reserve('a', shoe);
  expect(await other.reserve('a', shoe)).toMatchObject({ status: 409, body: type('sold-out') });
  expect(await other.reserve('b', [{ sku: 'lace', quantity: 4 }])).toMatchObject({
    status: 409,
    body: type('limit-exceeded'),
  });
  expect(await other.reserve('c', [{ sku: 'hat', quantity: 1 }])).toMatchObject({
    status: 404,
    body: type('no-such-sku'),
  });
  const path = `/v1/reservations/${mine.body.id}`;
  for (const [method, rest, body] of [
    ['GET', '', undefined],
    ['DELETE', '', undefined],
    ['POST', '/extension', undefined],
    ['POST', '/payment', { method: 'sandbox:ok' }],
  ] as const) {
    expect((await other.call(method, path + rest, body)).status, `${method} ${rest}`).toBe(404);
  }
  expect((await shopper.call('DELETE', path)).status).toBe(204);
  expect((await shopper.call('DELETE', path)).status).toBe(204);
  expect(await shopper.call('POST', `${path}/payment`, { method: 'sandbox:ok' })).toMatchObject({
    status: 409,
    body: { ...type('reservation-not-held'), state: 'released' },
  });
  expect(await shopper.call('POST', `${path}/extension`)).toMatchObject({
    status: 409,
    body: type('reservation-not-held'),
  });
  expect((await other.reserve('a', shoe)).status).toBe(201);
});

test('a declined payment is 402, an unknown outcome 202; the hold survives both, and the outcome is settled within a minute', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 1 });
  const shopper = await checkout.enter(drop);
  const { body } = await shopper.reserve('a', shoe);
  const pay = (method: string) => shopper.call('POST', `/v1/reservations/${body.id}/payment`, { method });
  expect(await pay('sandbox:decline')).toMatchObject({ status: 402, body: { reason: 'card_declined' } });
  expect((await shopper.call('GET', `/v1/reservations/${body.id}`)).body.status).toBe('held');
  const unknown = await pay('sandbox:timeout-after-capture');
  expect(unknown).toMatchObject({ status: 202, body: { status: 'processing' } });
  expect(unknown.headers.get('retry-after')).toBe('1');
  expect((await shopper.call('GET', `/v1/reservations/${body.id}`)).body.status).toBe('processing');
  expect((await shopper.call('DELETE', `/v1/reservations/${body.id}`)).status).toBe(409);
  await expect
    .poll(async () => (await shopper.call('GET', `/v1/reservations/${body.id}`)).body.status, {
      timeout: 60_000,
      interval: 500, // below a session's limit
    })
    .toBe('paid');
  expect(await imbalances(checkout.db.database, drop)).toEqual([]);
}, 80_000);

test('promise 8: bad input gets a problem document that names the field and the reason', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const shopper = await checkout.enter(drop);
  const key = { 'idempotency-key': 'k' };
  const bodies: [string, unknown, RegExp][] = [
    ['no body', undefined, /body/],
    ['null', 'null', /body/],
    ['a list', [], /body/],
    ['no lines', {}, /lines/],
    ['empty lines', { lines: [] }, /lines/],
    [
      'too many lines',
      { lines: Array.from({ length: 21 }, (_, at) => ({ sku: `s${at}`, quantity: 1 })) },
      /lines/,
    ],
    ['text for a quantity', { lines: [{ sku: 'shoe', quantity: 'many' }] }, /quantity/],
    ['zero', { lines: [{ sku: 'shoe', quantity: 0 }] }, /quantity/],
    ['negative', { lines: [{ sku: 'shoe', quantity: -1 }] }, /quantity/],
    ['a fraction', { lines: [{ sku: 'shoe', quantity: 1.5 }] }, /quantity/],
    ['a huge number', { lines: [{ sku: 'shoe', quantity: 1e300 }] }, /quantity/],
    ['no sku', { lines: [{ quantity: 1 }] }, /sku/],
    ['a sku with a comma', { lines: [{ sku: 'a,b', quantity: 1 }] }, /sku/],
    ['a sku with a null byte', { lines: [{ sku: 'a\u0000', quantity: 1 }] }, /sku/],
    ['a sku twice', { lines: [...shoe, ...shoe] }, /body\.lines\.1\.sku/],
    ['an unknown field', { lines: shoe, drop: 'other' }, /drop/],
    ['a price', { lines: [{ sku: 'shoe', quantity: 1, priceMinor: 1 }] }, /priceMinor/],
  ];
  for (const [kind, body, named] of bodies) {
    const answer = await shopper.call('POST', '/v1/reservations', body, key);
    expect(answer.status, kind).toBe(400);
    expect(answer.headers.get('content-type'), kind).toContain('application/problem+json');
    expect(answer.text, kind).toMatch(named);
  }
  const noKey = await shopper.call('POST', '/v1/reservations', { lines: shoe });
  expect([noKey.status, noKey.text]).toEqual([400, expect.stringMatching(/idempotency-key/)]);
  for (const bad of ['', 'x'.repeat(129), 'a b']) {
    const answer = await shopper.call(
      'POST',
      '/v1/reservations',
      { lines: shoe },
      { 'idempotency-key': bad },
    );
    expect(answer.status, JSON.stringify(bad)).toBe(400);
  }
  expect((await shopper.call('POST', '/v1/reservations', '{"lines":', key)).status).toBe(400);
  expect(
    (await shopper.call('POST', '/v1/reservations', '{}', { ...key, 'content-type': 'text/xml' })).status,
  ).toBe(415);
  expect(
    (await shopper.call('POST', '/v1/reservations', { lines: shoe, pad: 'x'.repeat(100_000) }, key)).status,
  ).toBe(413);
  expect((await shopper.call('GET', '/v1/reservations/not-an-id')).status).toBe(400);
  expect((await shopper.call('GET', '/v1/orders/0190a7c0-0000-7000-8000-000000000000')).status).toBe(404);
  expect((await shopper.call('GET', '/v1/nothing-here')).status).toBe(404);
  const { body } = await shopper.reserve('k', shoe);
  const method = await shopper.call('POST', `/v1/reservations/${body.id}/payment`, {
    method: 'sandbox:gold',
  });
  expect([method.status, method.text]).toEqual([400, expect.stringMatching(/method.*sandbox:ok/)]);
});

test('the session travels in its cookie too; of several drops the request says which', async () => {
  const [one, two] = [
    await createDrop(checkout.db.database, { shoe: 5 }),
    await createDrop(checkout.db.database, { shoe: 5 }),
  ];
  const [first, second] = [await checkout.enter(one), await checkout.enter(two)];
  const both = `co_session_${one}=${first.credential}; other=1; co_session_${two}=${second.credential}`;
  const reserve = (headers: Record<string, string>) =>
    send(checkout.url, 'POST', '/v1/reservations', {
      headers: { 'idempotency-key': 'k', ...headers },
      body: { lines: shoe },
    });
  expect(await reserve({ cookie: `co_session_${one}=${first.credential}` })).toMatchObject({
    status: 201,
    body: { drop: one },
  });
  expect(await reserve({ cookie: both, 'sluice-drop': two })).toMatchObject({
    status: 201,
    body: { drop: two },
  });
  expect(await reserve({ cookie: both })).toMatchObject({ status: 400, body: { drops: [one, two] } });
  expect((await reserve({ cookie: `co_session_${two}=${first.credential}` })).status).toBe(401);
  expect((await reserve({ cookie: `__Host-co_session_${one}=${first.credential}` })).status).toBe(401);
});

test('behind an https edge the cookie is bound to its host, and the plain one counts for nothing', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const { token, secret } = await checkout.room.admit(drop);
  const https = { 'x-forwarded-proto': 'https' };
  const opened = await send(checkout.url, 'POST', `/v1/drops/${drop}/session`, {
    headers: { authorization: `Bearer ${token}`, 'sluice-secret': secret, ...https },
  });
  expect(opened.headers.get('set-cookie')).toMatch(new RegExp(`^__Host-co_session_${drop}=.*; Secure$`));
  const reserve = (name: string) =>
    send(checkout.url, 'POST', '/v1/reservations', {
      headers: { cookie: `${name}=${opened.body.token}`, 'idempotency-key': 'k', ...https },
      body: { lines: shoe },
    });
  expect((await reserve(`co_session_${drop}`)).status).toBe(401);
  expect((await reserve(`__Host-co_session_${drop}`)).status).toBe(201);
});

test('Q30, 3.7: while a drop sells its room is told each second, by one instance, in order', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  await checkout.another();
  const told = () =>
    checkout.room.calls.filter(({ path }) => path === `/v1/drops/${drop}/capacity`).map(({ body }) => body);
  await waitUntil(() => told().length > 0, { what: 'the first report' });
  await waitUntil(() => told().length > 5, { what: 'five more' });
  const reports = told();
  expect(reports.map(({ seq }) => seq)).toEqual(reports.map((_, at) => at + 1));
  const instants = reports.map(({ at }) => Date.parse(at as string));
  // Rounds begin 0.95 s after one another at least; after a first one that was slow, the second may come at once.
  expect(instants.at(5)).toBeGreaterThan((instants.at(0) as number) + 4 * 950);
});

test('leaving gives everything back, ends the session, and tells the room', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const shopper = await checkout.enter(drop);
  const { body } = await shopper.reserve('k', shoe);
  expect((await shopper.call('DELETE', `/v1/drops/${drop}/session`)).status).toBe(204);
  expect(await shopper.reserve('k2', shoe)).toMatchObject({ status: 410 });
  expect((await shopper.call('GET', `/v1/reservations/${body.id}`)).body.status).toBe('released');
  await expect
    .poll(() =>
      checkout.room.calls
        .filter(({ path }) => path === `/v1/drops/${drop}/sessions/ended`)
        .map((call) => call.body),
    )
    .toContainEqual({ sessions: [{ jti: shopper.jti, reason: 'released' }] });
});

test('a hold runs out by itself, its stock is for sale again and its session is reported as expired', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 1 }, { holdSeconds: 1 });
  const shopper = await checkout.enter(drop);
  const next = await checkout.enter(drop);
  expect((await shopper.reserve('k', shoe)).status).toBe(201);
  await checkout.db.database.query('update checkout.sessions set reserve_until = now() where jti = $1', [
    shopper.jti,
  ]);
  await expect
    .poll(async () => (await next.reserve('k', shoe)).status, { interval: 600 }) // below a session's limit
    .toBe(201);
  await expect
    .poll(() => JSON.stringify(checkout.room.calls.filter(({ path }) => path.endsWith('/sessions/ended'))))
    .toContain(`{"jti":"${shopper.jti}","reason":"expired"}`);
});
