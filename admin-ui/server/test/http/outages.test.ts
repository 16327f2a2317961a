import { waitUntil } from '@sluice/service-kit/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { anyPlan, send, startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterEach(async () => {
  for (const road of Object.values(admin.roads)) road.restore();
  // The next test begins with everything reached again.
  await waitUntil(
    async () => {
      const { status, body } = await admin.call('GET', '/api/v1/drops?limit=1');
      return status === 200 && (body.drops.length === 0 || body.drops[0].live !== null);
    },
    { timeoutMs: 20_000 },
  );
});
afterAll(() => admin?.close());

/** No answer may take longer, on however slow a machine: the longest wait inside is a few seconds. */
const PATIENCE_MS = 20_000;

async function answeredInTime<T>(answer: Promise<T>): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('no answer in time')), PATIENCE_MS).unref();
  });
  return Promise.race([answer, late]);
}

for (const fault of ['cut', 'block'] as const) {
  test(`Redis ${fault}: plans are read and made, changes are refused until it is back, nothing needs a restart`, async () => {
    const { body } = await admin.createDrop();
    const path = `/api/v1/drops/${body.id}`;
    admin.roads.redis[fault]();
    const read = await answeredInTime(admin.call('GET', path));
    expect(read).toMatchObject({
      status: 200,
      body: { live: null, phase: null, room: { status: 'pending' } },
    });
    const change = await answeredInTime(admin.call('PATCH', `${path}/admission`, { ratePerMinute: 90 }));
    expect(change).toMatchObject({
      status: 503,
      body: { type: expect.stringContaining('store-unavailable') },
    });
    expect(Number(change.headers.get('retry-after'))).toBeGreaterThan(0);
    const made = await answeredInTime(admin.createDrop());
    expect(made).toMatchObject({ status: 201, body: { room: { status: 'pending' } } });
    expect((await send(admin.url, 'GET', '/readyz')).status).toBe(200);
    admin.roads.redis.restore();
    await waitUntil(
      async () => (await admin.redis.hget(`wr:{${made.body.id}}:control`, 'policy_version')) === '1',
      {
        timeoutMs: 20_000,
      },
    );
    const retried = await waitUntil(
      async () => {
        const answer = await admin.call('PATCH', `${path}/admission`, { ratePerMinute: 90 });
        return answer.status === 200 ? answer : undefined;
      },
      { timeoutMs: 20_000 },
    );
    expect(retried.body.policyVersion).toBe(2);
  }, 90_000);

  test(`Postgres ${fault}: 503 with Retry-After, and recovery without a restart`, async () => {
    const { body } = await admin.createDrop();
    const path = `/api/v1/drops/${body.id}`;
    admin.roads.postgres[fault]();
    for (const answer of await Promise.all([
      answeredInTime(admin.call('GET', path)),
      answeredInTime(admin.createDrop()),
      answeredInTime(admin.call('PATCH', `${path}/admission`, { ratePerMinute: 90 })),
    ])) {
      expect(answer).toMatchObject({
        status: 503,
        body: { type: expect.stringContaining('store-unavailable') },
      });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await answeredInTime(send(admin.url, 'GET', '/readyz'))).status).toBe(503);
    expect((await send(admin.url, 'GET', '/livez')).status).toBe(200);
    expect(await admin.redis.hget(`wr:{${body.id}}:control`, 'override')).toBe('');
    admin.roads.postgres.restore();
    // Not so often that acts are refused: for three seconds after a fault it goes by Redis alone.
    await waitUntil(async () => (await admin.call('POST', `${path}/pause`)).status === 200, {
      ...{ timeoutMs: 20_000, everyMs: 250 },
    });
  }, 90_000);

  test(`the checkout ${fault}: a drop is made and told to it later; stock answers 503`, async () => {
    const { body } = await admin.createDrop();
    admin.roads.checkout[fault]();
    const plan = anyPlan();
    const made = await answeredInTime(admin.call('POST', '/api/v1/drops', plan));
    expect(made).toMatchObject({
      status: 201,
      body: {
        room: { status: 'done' },
        checkout: { status: 'pending', detail: expect.stringContaining('does not answer') },
      },
    });
    for (const answer of [
      await answeredInTime(admin.call('GET', `/api/v1/drops/${body.id}/stock`)),
      await answeredInTime(
        admin.call('POST', `/api/v1/drops/${body.id}/stock`, { sku: 'low-41', delta: 1, reason: 'x' }),
      ),
      await answeredInTime(
        admin.call('POST', `/api/v1/drops/${body.id}/revocations`, {
          ...{ numbers: ['a'.repeat(43)], reason: 'x', confirm: true },
        }),
      ),
    ]) {
      expect(answer).toMatchObject({
        status: 503,
        body: { type: expect.stringMatching(/(stock|revocation)-unavailable$/) },
      });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const metrics = await send(admin.internalUrl, 'GET', '/metrics');
    await waitUntil(async () => {
      const { text } = await send(admin.internalUrl, 'GET', '/metrics');
      return /^admin_checkout_pending_drops\{.*\} 1$/m.test(text);
    });
    expect(metrics.status).toBe(200);
    admin.roads.checkout.restore();
    await waitUntil(
      async () => (await admin.call('GET', `/api/v1/drops/${plan.id}`)).body.checkout.status === 'done',
      { timeoutMs: 40_000 },
    );
    const { rows } = await admin.database.query(
      'select sku, initial from checkout.stock where drop_id = $1 order by sku',
      [plan.id],
    );
    expect(rows).toEqual([
      { sku: 'low-41', initial: 60 },
      { sku: 'low-42', initial: 80 },
    ]);
  }, 90_000);
}

test('promise 7: an instance that starts while Postgres is away waits for it', async () => {
  admin.roads.postgres.cut();
  const refused = new pg.Pool({ connectionString: admin.roads.postgres.url });
  const starting = admin.another();
  // Some tries of its own are over by the time that these are.
  for (let tries = 0; tries < 5; tries++) await expect(refused.query('select 1')).rejects.toThrow();
  await refused.end();
  admin.roads.postgres.restore();
  const started = await starting;
  // On a busy machine the first look at a store may take longer than a readiness check waits.
  await waitUntil(async () => (await send(started.url, 'GET', '/readyz')).status === 200);
});
