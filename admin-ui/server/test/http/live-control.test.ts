import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Answer,
  inSeconds,
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
const us = (instant: string) => String(Date.parse(instant) * 1000);

/** A drop whose lobby is open: somebody may be in it. */
async function createLiveDrop(admission: Record<string, unknown> = {}) {
  const { body } = await admin.createDrop({
    opensAt: inSeconds(600),
    admission: { ratePerMinute: 60, maxSessions: 40, ...admission },
  });
  const act = (name: string, given?: unknown): Promise<Answer> =>
    admin.call('POST', `/api/v1/drops/${body.id}/${name}`, given);
  const change = (policy: unknown) => admin.call('PATCH', `/api/v1/drops/${body.id}/admission`, policy);
  const read = async () => (await admin.call('GET', `/api/v1/drops/${body.id}`)).body;
  return { id: body.id as string, act, change, read };
}

/** Gives the act without a confirmation, then with one. */
async function confirmed(ask: (confirm: boolean | undefined) => Promise<Answer>): Promise<Answer> {
  const asked = await ask(undefined);
  expect(asked).toMatchObject({
    status: 409,
    body: { ...type('confirmation-required'), dangers: [expect.any(String)] },
  });
  expect(await ask(false)).toMatchObject({ status: 409 });
  return ask(true);
}

test('the rate goes to a value or by a step, and what is larger than twofold is asked about first', async () => {
  const { id, act } = await createLiveDrop();
  expect(await act('rate', { to: 120 })).toMatchObject({
    status: 200,
    body: { admission: { ratePerMinute: 120 } },
  });
  expect(await act('rate', { by: -60 })).toMatchObject({
    status: 200,
    body: { admission: { ratePerMinute: 60 } },
  });
  const doubled = await confirmed((confirm) =>
    act('rate', { to: 121, ...(confirm !== undefined && { confirm }) }),
  );
  expect(doubled).toMatchObject({ status: 200, body: { admission: { ratePerMinute: 121 } } });
  expect((await control(id)).rate_per_minute).toBe('121');
  // Half is the same factor, down; stopping must not wait for a question.
  expect((await act('rate', { to: 60 })).status).toBe(409);
  expect((await act('rate', { to: 61 })).status).toBe(200);
  expect((await act('rate', { to: 0 })).status).toBe(200);
  expect((await act('rate', { to: 1 })).status).toBe(409);
});

test('a rate that is neither or both, or leaves the bounds, is refused with its field', async () => {
  const { act, read } = await createLiveDrop();
  for (const [given, field] of [
    [{}, 'body.to'],
    [{ to: 60, by: 1 }, 'body.to'],
    [{ by: -61 }, 'body.by'],
    [{ by: 1_000_000 }, 'body.by'],
    [{ to: -1 }, 'body.to'],
    [{ to: 60, rampSeconds: 0 }, 'body.rampSeconds'],
    [{ to: 60, confirm: 'yes' }, 'body.confirm'],
  ] as const)
    expect(await act('rate', given), JSON.stringify(given)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
  expect((await read()).policyVersion).toBe(1);
});

test('a ramp starts at the rate of the moment, ends where it is aimed, and a stated rate takes it off', async () => {
  const { id, act, change } = await createLiveDrop();
  const first = await act('rate', { to: 120, rampSeconds: 3600 });
  expect(first.body).toMatchObject({ admission: { ratePerMinute: 120 }, ramp: { fromPerMinute: 60 } });
  const { ramp } = first.body;
  expect(Date.parse(ramp.endsAt) - Date.parse(ramp.startsAt)).toBe(3_600_000);
  expect(await control(id)).toMatchObject({
    rate_per_minute: '120',
    ramp_from_per_minute: '60',
    ramp_starts_us: us(ramp.startsAt),
    ramp_ends_us: us(ramp.endsAt),
  });
  // Another ramp on the way goes on from where the first one is, not from where it was aimed.
  const second = await act('rate', { to: 90, rampSeconds: 60 });
  expect(second.body.ramp.fromPerMinute).toBeGreaterThanOrEqual(60);
  expect(second.body.ramp.fromPerMinute).toBeLessThan(61);
  const third = await change({ ratePerMinute: 100 });
  expect(third.body).toMatchObject({ admission: { ratePerMinute: 100 }, ramp: null });
  expect(await control(id)).toMatchObject({
    ramp_from_per_minute: '0',
    ramp_starts_us: '0',
    ramp_ends_us: '0',
  });
  const other = await act('rate', { to: 110, rampSeconds: 600 });
  expect((await change({ maxSessions: 50 })).body.ramp).toEqual(other.body.ramp);
});

test('large and dangerous policies are asked about; small ones, and those of a drop nobody is in, are not', async () => {
  const { change } = await createLiveDrop();
  for (const policy of [{ maxSessions: 81 }, { maxSessions: null }, { stockBound: 'off' }, { overbook: 3 }])
    expect(await change(policy), JSON.stringify(policy)).toMatchObject({
      status: 409,
      body: type('confirmation-required'),
    });
  expect((await change({ maxSessions: 80, overbook: 2, callWindowSeconds: 300 })).status).toBe(200);
  expect((await change({ maxSessions: null, confirm: true })).body.admission.maxSessions).toBeNull();
  const planned = (await admin.createDrop()).body.id;
  expect(
    (await admin.call('PATCH', `/api/v1/drops/${planned}/admission`, { ratePerMinute: 6000 })).status,
  ).toBe(200);
});

test('what turns a safeguard off needs owner, reason, end and confirmation; pause and drain need nothing', async () => {
  const { id, act, read } = await createLiveDrop();
  for (const name of ['pause', 'resume', 'drain', 'resume']) expect((await act(name)).status, name).toBe(200);
  expect((await confirmed((confirm) => act('queue-all', { confirm }))).body.override).toBe('queue_all');
  const guarded = { owner: 'ada', reason: 'press hour', seconds: 600 };
  for (const missing of ['owner', 'reason', 'seconds'])
    for (const name of ['pass-through', 'ignore-capacity'])
      expect(await act(name, { ...guarded, [missing]: undefined, confirm: true })).toMatchObject({
        status: 400,
        body: { errors: [{ field: `body.${missing}` }] },
      });
  const free = await confirmed((confirm) => act('pass-through', { ...guarded, confirm }));
  expect(free.body).toMatchObject({
    override: 'pass_through',
    overrideOwner: 'ada',
    overrideReason: 'press hour',
    overrideUntil: expect.any(String),
  });
  expect((await control(id)).override_until_us).toBe(us(free.body.overrideUntil));
  const ignored = await confirmed((confirm) => act('ignore-capacity', { ...guarded, confirm }));
  expect((await control(id)).ignore_capacity_until_us).toBe(us(ignored.body.ignoreCapacityUntil));
  expect((await act('heed-capacity')).body.ignoreCapacityUntil).toBeNull();
  expect((await act('resume')).body).toMatchObject({
    override: '',
    overrideOwner: null,
    overrideUntil: null,
  });
  expect((await confirmed((confirm) => act('close', { confirm }))).body.override).toBe('closed');
  expect((await read()).phase).toBe('closed');
});

test('rate, ramp, sessions, pause, drain, queue-all and message are undone one after the other, each as an act of its own', async () => {
  const { id, act, change, read } = await createLiveDrop();
  const before = await read();
  await act('rate', { to: 100, rampSeconds: 600 });
  await change({ maxSessions: 50 });
  await act('pause', { reason: 'a card scheme is down' });
  await act('drain');
  await act('queue-all', { confirm: true });
  await admin.call('PATCH', `/api/v1/drops/${id}/page`, { message: { en: 'Wait', de: 'Warten' } });
  for (const expected of [
    { override: 'queue_all', page: { message: {} } },
    { override: 'draining' },
    { override: 'paused', overrideReason: 'a card scheme is down' },
    { override: '', admission: { maxSessions: 50 } },
    { admission: { maxSessions: 40, ratePerMinute: 100 } },
    { admission: { ratePerMinute: 60 }, ramp: null },
  ]) {
    const undone = await act('undo', { reason: 'not meant' });
    expect(undone, JSON.stringify(expected)).toMatchObject({ status: 200, body: expected });
  }
  const { policyVersion: _, updatedAt: __, live: ___, ...plan } = await read();
  expect(plan).toEqual((({ policyVersion: _, updatedAt: __, live: ___, ...rest }) => rest)(before));
  expect(await control(id)).toMatchObject({
    rate_per_minute: '60',
    max_sessions: '40',
    override: '',
    ramp_ends_us: '0',
  });
  expect(await act('undo')).toMatchObject({ status: 409, body: type('nothing-to-undo') });
  const { entries } = (await admin.call('GET', `/api/v1/drops/${id}/acts?limit=7`)).body;
  expect(
    entries.slice(0, 6).map(({ act: name, reason }: { act: string; reason: string }) => [name, reason]),
  ).toEqual(Array.from({ length: 6 }, () => ['undo', 'not meant']));
  expect(entries[5].after.undoes).toBe(entries[6].seq);
});

test('an act is undone by its number, once, whoever tries at the same time', async () => {
  const { id, act, change } = await createLiveDrop();
  await change({ maxSessions: 50 });
  await act('rate', { to: 100 });
  const { entries } = (await admin.call('GET', `/api/v1/drops/${id}/acts`)).body;
  const seq = entries.find((entry: { act: string }) => entry.act === 'policy.change').seq;
  const answers = await Promise.all([act('undo', { seq }), act('undo', { seq }), act('undo', { seq })]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  expect((await act('undo', { seq: entries.at(-1).seq })).body).toMatchObject(type('nothing-to-undo'));
  const foreign = (await admin.createDrop()).body.id;
  expect(await admin.call('POST', `/api/v1/drops/${foreign}/undo`, { seq })).toMatchObject({ status: 409 });
});

test('nobody undoes over what somebody else has changed since, and nothing of a closed drop', async () => {
  const { id, act, change } = await createLiveDrop();
  await act('rate', { to: 100 });
  const { entries } = (await admin.call('GET', `/api/v1/drops/${id}/acts?limit=1`)).body;
  await act('rate', { to: 110 });
  expect(await act('undo', { seq: entries[0].seq })).toMatchObject({
    status: 409,
    body: { ...type('undo-conflict'), moved: ['admission.ratePerMinute'] },
  });
  await change({ maxSessions: 50 });
  await act('close', { confirm: true });
  expect(await act('undo')).toMatchObject({ status: 409, body: type('drop-closed') });
  const paused = await createLiveDrop();
  await paused.act('pause');
  await paused.act('close', { confirm: true });
  expect(await paused.act('undo')).toMatchObject({ status: 409, body: type('drop-closed') });
  expect((await paused.read()).override).toBe('closed');
});

test('a stock movement is undone by another one in the ledger; large movements are asked about', async () => {
  const { id, act } = await createLiveDrop();
  const move = (given: object) => act('stock', { sku: 'low-41', reason: 'restock', ...given });
  expect((await confirmed((confirm) => move({ delta: 61, confirm }))).status).toBe(201);
  expect((await act('undo')).status).toBe(200);
  expect(await act('undo')).toMatchObject({ status: 409, body: type('nothing-to-undo') });
  const stock = async () => (await admin.call('GET', `/api/v1/drops/${id}/stock`)).body.products[0];
  expect(await stock()).toMatchObject({ available: 60, total: 60 });
  expect((await move({ delta: -31 })).status).toBe(409);
  expect((await move({ delta: -30 })).status).toBe(201);
  const answers = await Promise.all([act('undo'), act('undo'), act('undo')]);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await stock()).toMatchObject({ available: 60, total: 60 });
  const { rows } = await admin.database.query(
    'select sum(delta)::integer as sum, count(*)::integer as count from checkout.stock_movements where drop_id = $1',
    [id],
  );
  expect(rows).toEqual([{ sum: 0, count: 4 }]);
});

test('4.5: tickets are taken back only when confirmed; their sessions end, what they hold is for sale, and it is audited', async () => {
  const { id, act } = await createLiveDrop();
  const number = () => randomBytes(32).toString('base64url');
  const numbers = [number(), number()];
  await admin.database.query(`insert into checkout.shoppers (drop_id, shopper) values ($1, 'ticket:x')`, [
    id,
  ]);
  await admin.database.query(
    `insert into checkout.sessions (jti, drop_id, session_id, shopper, secret_hash, salt, credential_hash, reserve_until)
     values ($2, $1, gen_random_uuid(), 'ticket:x', '\\x00', '\\x00', decode(md5($2), 'hex'), now() + interval '10 minutes')`,
    [id, numbers[0]],
  );
  const revoke = (given: object = {}) =>
    act('revocations', { numbers, reason: 'bought with a stolen card', ...given });
  expect((await confirmed((confirm) => revoke({ confirm }))).body).toEqual({ drop: id, ended: 1 });
  expect((await revoke({ confirm: true })).body).toEqual({ drop: id, ended: 0 });
  const { rows } = await admin.database.query(
    'select jti, reason, actor from checkout.revocations where drop_id = $1',
    [id],
  );
  expect(rows.map(({ jti }) => jti).sort()).toEqual([...numbers].sort());
  expect(rows[0]).toMatchObject({
    reason: 'bought with a stolen card',
    actor: expect.stringMatching(/^operator-key /),
  });
  const audited = await admin.database.query(
    `select act, after from admin.audit where drop_id = $1 and act like 'ticket.%' order by seq`,
    [id],
  );
  expect(audited.rows.slice(0, 2)).toEqual([
    { act: 'ticket.revoke', after: { numbers } },
    { act: 'ticket.revoked', after: { numbers, ended: 1 } },
  ]);
  for (const [given, field] of [
    [{ numbers: [] }, 'body.numbers'],
    [{ numbers: [numbers[0], numbers[0]] }, 'body.numbers'],
    [{ numbers: ['K7Q-4MD'] }, 'body.numbers.0'],
    [{ numbers: Array.from({ length: 501 }, number) }, 'body.numbers'],
    [{ reason: '' }, 'body.reason'],
    [{ confirm: 'yes' }, 'body.confirm'],
  ] as const)
    expect(await revoke(given), JSON.stringify(given).slice(0, 80)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
});
