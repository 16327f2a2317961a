import { createHash } from 'node:crypto';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/domain/admission-policy.ts';
import {
  anyDrop,
  anyPlan,
  inSeconds,
  OPERATOR_KEY,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterAll(() => admin?.close());

const control = (drop: string) => admin.redis.hgetall(`wr:{${drop}}:control`);
const type = (name: string) => ({ type: expect.stringMatching(new RegExp(`/${name}$`)) });

test('a drop is scheduled, read and listed; room and checkout have it when the answer says so', async () => {
  const plan = anyPlan();
  const made = await admin.createDrop(plan);
  expect(made).toMatchObject({
    status: 201,
    body: {
      ...plan,
      admission: { ...DEFAULT_POLICY, ratePerMinute: 60 },
      page: { message: {}, ...(plan.page as object) },
      closesAt: null,
      perShopperLimit: 2,
      currency: 'EUR',
      override: '',
      policyVersion: 1,
      phase: 'scheduled',
      room: { status: 'done' },
      checkout: { status: 'done' },
    },
  });
  expect(made.headers.get('location')).toBe(`/api/v1/drops/${plan.id}`);
  expect(made.headers.get('etag')).toBe('"1"');
  const opensUs = Date.parse(plan.opensAt as string) * 1000;
  expect(await control(plan.id)).toMatchObject({
    policy_version: '1',
    opens_us: String(opensUs),
    lobby_opens_us: String(opensUs - 900e6),
    closes_us: '0',
    rate_per_minute: '60',
    burst_seconds: '1',
    max_sessions: '0',
    max_waiting: '5000000',
    call_window_us: '120000000',
    grace_us: '480000000',
    token_us: '600000000',
    hold_us: '480000000',
    return_spread_us: '30000000',
    overbook: '1',
    mode: 'always',
    lobby: 'draw',
    stock_bound: 'on',
    override: '',
  });
  expect(await admin.redis.zscore('wr:drops', plan.id)).toBe(String(opensUs / 1000));
  expect(JSON.parse((await admin.redis.get(`wr:page:${plan.id}`)) ?? '')).toMatchObject({
    name: 'Aurora Low',
    message: {},
    showStock: false,
    returnOrigins: ['https://shop.example'],
    defaultReturnTo: 'https://shop.example/buy',
  });
  const read = await admin.call('GET', `/api/v1/drops/${plan.id}`);
  expect(read).toMatchObject({
    status: 200,
    body: { id: plan.id, live: { waiting: 0, sessions: 0, frontier: 0 } },
  });
  const listed = await admin.call('GET', '/api/v1/drops?limit=200');
  expect(listed.body.drops.map(({ id }: { id: string }) => id)).toContain(plan.id);
  expect(await admin.call('POST', '/api/v1/drops', plan)).toMatchObject({
    status: 409,
    body: type('drop-exists'),
  });
});

test('a drop without an id gets one of its name, and a list goes on where it ended', async () => {
  const { id: _, ...plan } = anyPlan();
  const ids = new Set<string>();
  for (let at = 0; at < 3; at++) {
    const { body } = await admin.call('POST', '/api/v1/drops', { ...plan, name: 'Größe «42» & more' });
    expect(body.id).toMatch(/^gro-e-42-more-[0-9a-f]{6}$/);
    ids.add(body.id);
  }
  const seen: string[] = [];
  let next = '';
  do {
    const { body } = await admin.call('GET', `/api/v1/drops?limit=1${next && `&after=${next}`}`);
    seen.push(...body.drops.map(({ id }: { id: string }) => id));
    next = body.next;
  } while (next);
  expect(seen.filter((id) => ids.has(id)).sort()).toEqual([...ids].sort());
  expect(new Set(seen).size).toBe(seen.length);
});

test('Q6: a drawn lobby has its commitment published and its seed where only the room reads it', async () => {
  const { body, text } = await admin.createDrop();
  const seed = (await admin.redis.get(`wr:{${body.id}}:seed`)) ?? '';
  expect(seed).toMatch(/^[0-9a-f]{64}$/);
  expect(body.commit).toBe(createHash('sha256').update(Buffer.from(seed, 'hex')).digest('hex'));
  expect((await control(body.id)).commit).toBe(body.commit);
  const read = await admin.call('GET', `/api/v1/drops/${body.id}`);
  const { rows } = await admin.database.query(
    `select row_to_json(d)::text || coalesce((select string_agg(row_to_json(a)::text, '') from admin.audit a
            where a.drop_id = d.drop_id), '') || (select row_to_json(s)::text from admin.seeds s where s.drop_id = d.drop_id) as everything
       from admin.drops d where drop_id = $1`,
    [body.id],
  );
  for (const told of [text, read.text, rows[0].everything]) {
    expect(told).not.toContain(seed);
    expect(told).not.toContain(Buffer.from(seed, 'hex').toString('base64url'));
  }
  const fifo = await admin.createDrop({ admission: { lobby: 'fifo' } });
  expect(fifo.body.commit).toBeNull();
  expect(await admin.redis.exists(`wr:{${fifo.body.id}}:seed`)).toBe(0);
});

test('Q6: a lobby switched to first come and back is drawn by the seed that was committed to', async () => {
  const { body } = await admin.createDrop();
  const seed = await admin.redis.get(`wr:{${body.id}}:seed`);
  const path = `/api/v1/drops/${body.id}/admission`;
  expect((await admin.call('PATCH', path, { lobby: 'fifo' })).body.commit).toBeNull();
  expect(await admin.redis.get(`wr:{${body.id}}:seed`)).toBeNull();
  expect((await admin.call('PATCH', path, { lobby: 'draw' })).body.commit).toBe(body.commit);
  expect(await admin.redis.get(`wr:{${body.id}}:seed`)).toBe(seed);
});

test('Q1: a changed policy is in Redis when the answer comes, under the next version', async () => {
  const { body } = await admin.createDrop();
  const changed = await admin.call('PATCH', `/api/v1/drops/${body.id}/admission`, {
    ratePerMinute: 90,
    maxSessions: 40,
    reason: 'the checkout can carry it',
  });
  expect(changed).toMatchObject({
    status: 200,
    body: { policyVersion: 2, admission: { ratePerMinute: 90, maxSessions: 40 }, room: { status: 'done' } },
  });
  expect(await control(body.id)).toMatchObject({
    policy_version: '2',
    rate_per_minute: '90',
    max_sessions: '40',
  });
  const again = await admin.call('PATCH', `/api/v1/drops/${body.id}/admission`, { ratePerMinute: 90 });
  expect(again.body.policyVersion).toBe(2);
  const none = await admin.call('PATCH', `/api/v1/drops/${body.id}/admission`, { maxSessions: null });
  expect(none.body.admission.maxSessions).toBeNull();
  expect((await control(body.id)).max_sessions).toBe('0');
});

test('of ten who change what they have read, one wins and nine are told', async () => {
  const { body } = await admin.createDrop();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      admin.call(
        'PATCH',
        `/api/v1/drops/${body.id}/admission`,
        { ratePerMinute: 61 + at },
        { 'if-match': `"${body.policyVersion}"` },
      ),
    ),
  );
  const winners = answers.filter(({ status }) => status === 200);
  expect(winners).toHaveLength(1);
  for (const answer of answers.filter(({ status }) => status !== 200))
    expect(answer).toMatchObject({ status: 412, body: { ...type('version-mismatch'), policyVersion: 2 } });
  expect((await control(body.id)).rate_per_minute).toBe(String(winners[0]?.body.admission.ratePerMinute));
  expect(
    (await admin.call('PATCH', `/api/v1/drops/${body.id}`, { name: 'x' }, { 'if-match': 'x' })).status,
  ).toBe(400);
});

test('pause, resume, drain, queue-all, pass-through and close reach the room; a closed drop stays closed', async () => {
  const { body } = await admin.createDrop();
  const act = (name: string, given?: unknown) =>
    admin.call('POST', `/api/v1/drops/${body.id}/${name}`, given);
  for (const [name, override] of [
    ['pause', 'paused'],
    ['resume', ''],
    ['drain', 'draining'],
    ['queue-all', 'queue_all'],
  ] as const) {
    expect(await act(name)).toMatchObject({ status: 200, body: { override } });
    expect((await control(body.id)).override).toBe(override);
  }
  const free = await act('pass-through', { owner: 'ada', reason: 'press hour', seconds: 600 });
  expect(free.body.override).toBe('pass_through');
  expect((await control(body.id)).override_until_us).toBe(String(Date.parse(free.body.overrideUntil) * 1000));
  expect(await act('close', { reason: 'over', confirm: true })).toMatchObject({
    status: 200,
    body: { override: 'closed', phase: 'closed' },
  });
  expect((await act('close')).status).toBe(200);
  for (const name of ['pause', 'resume', 'drain', 'queue-all'])
    expect(await act(name), name).toMatchObject({ status: 409, body: type('drop-closed') });
  expect(await admin.call('PATCH', `/api/v1/drops/${body.id}/admission`, { ratePerMinute: 1 })).toMatchObject(
    { status: 409 },
  );
});

test('a pass-through ends by itself, as an act of its own', async () => {
  const { body } = await admin.createDrop();
  await admin.call('POST', `/api/v1/drops/${body.id}/pass-through`, {
    owner: 'ada',
    reason: 'press',
    seconds: 600,
  });
  await admin.database.query(
    `update admin.drops set override_until = now() - interval '1 second' where drop_id = $1`,
    [body.id],
  );
  await waitUntil(async () => (await control(body.id)).override === '', { timeoutMs: 10_000 });
  const { rows } = await admin.database.query(
    'select actor, act from admin.audit where drop_id = $1 order by seq desc limit 1',
    [body.id],
  );
  expect(rows).toEqual([{ actor: 'system', act: 'time.over' }]);
});

test('the plan can change until it opens: name, schedule, page; the checkout is told what it has to know', async () => {
  const { body } = await admin.createDrop();
  const path = `/api/v1/drops/${body.id}`;
  const opensAt = inSeconds(7200);
  const changed = await admin.call('PATCH', path, {
    name: 'Aurora High',
    opensAt,
    closesAt: inSeconds(9000),
  });
  expect(changed).toMatchObject({
    status: 200,
    body: { name: 'Aurora High', opensAt, checkout: { status: 'done' } },
  });
  expect((await control(body.id)).opens_us).toBe(String(Date.parse(opensAt) * 1000));
  const { rows } = await admin.database.query(
    'select name, closes_at from checkout.drops where drop_id = $1',
    [body.id],
  );
  expect(rows).toEqual([{ name: 'Aurora High', closes_at: new Date(changed.body.closesAt) }]);
  const page = await admin.call('PATCH', `${path}/page`, { message: { en: 'Soon', 'pt-BR': 'Em breve' } });
  expect(page.body.page).toEqual({ ...body.page, message: { en: 'Soon', 'pt-BR': 'Em breve' } });
  expect(JSON.parse((await admin.redis.get(`wr:page:${body.id}`)) ?? '')).toMatchObject({
    name: 'Aurora High',
    message: { en: 'Soon', 'pt-BR': 'Em breve' },
  });
  expect(
    await admin.call('PATCH', `${path}/page`, { returnOrigins: ['https://other.example'] }),
  ).toMatchObject({ status: 400, body: { errors: [{ field: 'body.defaultReturnTo' }] } });
  expect(await admin.call('PATCH', path, { closesAt: inSeconds(60) })).toMatchObject({ status: 400 });
});

test('Q9: an opening that has happened does not move, and a lobby people stand in does not change', async () => {
  const { body } = await admin.createDrop({ opensAt: inSeconds(600) });
  const path = `/api/v1/drops/${body.id}`;
  expect(body.phase).toBe('lobby');
  expect(await admin.call('PATCH', `${path}/admission`, { lobby: 'fifo' })).toMatchObject({
    status: 409,
    body: type('lobby-open'),
  });
  const later = await admin.call('PATCH', path, { opensAt: inSeconds(7200) });
  expect(later).toMatchObject({ status: 200, body: { phase: 'lobby', lobbyOpensAt: body.lobbyOpensAt } });
  await admin.redis.hset(`wr:{${body.id}}:control`, 'opened_us', String(Date.now() * 1000));
  expect(await admin.call('PATCH', path, { opensAt: inSeconds(9000) })).toMatchObject({
    status: 409,
    body: type('already-open'),
  });
  expect((await admin.call('PATCH', path, { name: 'Still fine' })).status).toBe(200);
});

test('stock is read and moved in the ledger of the checkout, with its reason, and never below what is there', async () => {
  const { body } = await admin.createDrop();
  const path = `/api/v1/drops/${body.id}/stock`;
  expect(await admin.call('GET', path)).toMatchObject({
    status: 200,
    body: {
      products: [
        { sku: 'low-41', available: 60 },
        { sku: 'low-42', available: 80 },
      ],
    },
  });
  expect(
    await admin.call('POST', path, { sku: 'low-41', delta: 5, reason: 'found in the back' }),
  ).toMatchObject({
    status: 201,
    body: { sku: 'low-41', delta: 5, actor: expect.stringMatching(/^operator-key [0-9a-f]{8}$/) },
  });
  expect((await admin.call('GET', path)).body.products[0]).toMatchObject({
    available: 65,
    initial: 60,
    total: 65,
  });
  expect(await admin.call('POST', path, { sku: 'low-41', delta: -66, reason: 'x' })).toMatchObject({
    status: 409,
    body: type('not-enough-stock'),
  });
  expect(await admin.call('POST', path, { sku: 'hat', delta: 1, reason: 'x' })).toMatchObject({
    status: 404,
    body: type('no-such-sku'),
  });
  expect(await admin.call('GET', `/api/v1/drops/${anyDrop()}/stock`)).toMatchObject({
    status: 404,
    body: type('no-such-drop'),
  });
  const { rows } = await admin.database.query(
    `select act from admin.audit where drop_id = $1 and act like 'stock.%' order by seq`,
    [body.id],
  );
  expect(rows.map(({ act }) => act)).toEqual([
    ...['stock.move', 'stock.moved', 'stock.move', 'stock.refused', 'stock.move', 'stock.refused'],
  ]);
});

test('3.6: a movement sent again under its key is one movement, and one that can be undone', async () => {
  const { body } = await admin.createDrop();
  const path = `/api/v1/drops/${body.id}/stock`;
  const move = (delta: number, key = 'delivery 7'.replace(' ', '-')) =>
    admin.call('POST', path, { sku: 'low-41', delta, reason: 'delivery' }, { 'idempotency-key': key });
  const answers = [await move(5), ...(await Promise.all([move(5), move(5), move(5)]))];
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 201, body: { delta: 5 } });
  expect(await move(6)).toMatchObject({ status: 422, body: type('idempotency-key-reused') });
  expect(await move(5, 'two words')).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'headers.idempotency-key' }] },
  });
  const available = async () => (await admin.call('GET', path)).body.products[0].available;
  expect(await available()).toBe(65);
  const undo = () => admin.call('POST', `/api/v1/drops/${body.id}/undo`);
  expect((await undo()).status).toBe(200);
  expect(await undo()).toMatchObject({ status: 409, body: type('nothing-to-undo') });
  expect(await available()).toBe(60);
});

test('every act leaves who, when, what, from, to and why, in a log that nobody can rewrite', async () => {
  const { body } = await admin.createDrop({ reason: 'autumn' });
  await admin.call('PATCH', `/api/v1/drops/${body.id}/admission`, { ratePerMinute: 90, reason: 'faster' });
  await admin.call('POST', `/api/v1/drops/${body.id}/pause`, { reason: 'a card scheme is down' });
  const { rows } = await admin.database.query(
    'select actor, act, before, after, reason from admin.audit where drop_id = $1 order by seq',
    [body.id],
  );
  const actor = expect.stringMatching(/^operator-key /);
  expect(rows).toMatchObject([
    { actor, act: 'drop.create', before: null, after: { id: body.id, name: 'Aurora Low' }, reason: 'autumn' },
    {
      ...{ actor, act: 'policy.change', reason: 'faster' },
      before: { admission: { ratePerMinute: 60 }, policyVersion: 1 },
      after: { admission: { ratePerMinute: 90 }, policyVersion: 2 },
    },
    {
      ...{ actor, act: 'drop.pause', reason: 'a card scheme is down' },
      before: { override: '' },
      after: { override: 'paused' },
    },
  ]);
  for (const tampering of [
    `update admin.audit set reason = 'other'`,
    'delete from admin.audit',
    'truncate admin.audit cascade',
    'update admin.seeds set sealed = sealed',
  ])
    await expect(admin.database.query(tampering), tampering).rejects.toThrow(/append-only/);
});

test('without the key nothing is answered, however the request is made', async () => {
  const { body } = await admin.createDrop();
  for (const authorization of [
    '',
    'Bearer',
    `Bearer ${OPERATOR_KEY}x`,
    `Basic ${OPERATOR_KEY}`,
    OPERATOR_KEY,
  ]) {
    for (const [method, path] of [
      ['GET', '/api/v1/drops'],
      ['GET', `/api/v1/drops/${body.id}`],
      ['POST', '/api/v1/drops'],
      ['POST', `/api/v1/drops/${body.id}/close`],
      ['GET', `/api/v1/drops/${body.id}/stock`],
      ['HEAD', '/api/v1/drops'],
    ] as const) {
      const { status, text } = await send(admin.url, method, path, { headers: { authorization } });
      expect(status, `${method} ${path} with "${authorization}"`).toBe(401);
      expect(text).not.toContain(body.id);
    }
  }
});
