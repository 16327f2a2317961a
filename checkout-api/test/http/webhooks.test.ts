import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sandboxSecret } from '../../src/payments/providers.ts';
import { createDrop, imbalances } from '../support/checkout-database.ts';
import { send, serviceToken, startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await startTestCheckout();
});
afterAll(() => checkout.close());

const webhook = new Webhook(sandboxSecret({ SERVICE_TOKEN: serviceToken }));
let ids = 0;

function message(changes: { at?: Date; body?: string } = {}) {
  const id = `message-${ids++}`;
  const { at = new Date(), body = JSON.stringify({ id, type: 'charge.captured', key: 'nobody' }) } = changes;
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
    'webhook-signature': webhook.sign(id, at, body),
  };
  return { id, body, headers };
}

const post = (body: string, headers: Record<string, string>, path = '/v1/webhooks/sandbox') =>
  send(checkout.url, 'POST', path, { body, headers });

const stored = async (id: string) =>
  (
    await checkout.db.database.query('select applied_at from checkout.provider_events where event_id = $1', [
      id,
    ])
  ).rows;

test('a signed message is acknowledged when it is durable, kept once, and worked off by a job', async () => {
  const { id, body, headers } = message();
  const answers = await Promise.all([post(body, headers), post(body, headers), post(body, headers)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await stored(id)).toHaveLength(1);
  await expect.poll(async () => (await stored(id))[0]?.applied_at).not.toBeNull();
});

test('promise 8: a message that is not believed says why and leaves nothing behind', async () => {
  const bad: [string, ReturnType<typeof message>, Record<string, string>, string | undefined, string][] = [];
  const plain = message();
  bad.push(['unsigned', plain, { 'webhook-signature': '' }, undefined, 'signature-missing']);
  bad.push(['another signature', plain, { 'webhook-signature': 'v1,AAAA' }, undefined, 'signature-invalid']);
  bad.push(['another id', plain, { 'webhook-id': 'x' }, undefined, 'signature-invalid']);
  bad.push(['old', message({ at: new Date(Date.now() - 301_000) }), {}, undefined, 'too-old']);
  bad.push(['from the future', message({ at: new Date(Date.now() + 400_000) }), {}, undefined, 'too-old']);
  bad.push(['no JSON', message({ body: 'nonsense' }), {}, undefined, 'malformed']);
  bad.push(['JSON without sense', message({ body: '7' }), {}, undefined, 'malformed']);
  bad.push(['empty', message({ body: '' }), {}, undefined, 'malformed']);
  bad.push(['unknown provider', plain, {}, '/v1/webhooks/paypal', 'unknown-provider']);
  bad.push(['provider that is not configured', plain, {}, '/v1/webhooks/stripe', 'unknown-provider']);
  for (const [what, { id, body, headers }, changes, path, reason] of bad) {
    const answer = await post(body, { ...headers, ...changes }, path);
    expect([answer.status, answer.body?.reason], what).toEqual([400, reason]);
    expect(answer.body.type, what).toContain('webhook-refused');
    expect(await stored(id), what).toEqual([]);
  }
  const { body, headers } = message();
  expect((await post(body.replace('}', ' }'), headers)).status).toBe(400);
  expect((await post('x'.repeat(300_000), headers)).status).toBe(413);
});

test('the body counts byte for byte, whatever it says it is', async () => {
  const body = '{ "type":"charge.captured",\n\t"key":"\\u00fc","id":"odd" }';
  const { headers } = message({ body });
  const signature = { ...headers };
  expect((await post(body, { ...signature, 'content-type': 'text/plain' })).status).toBe(200);
});

test('while Postgres does not take it a message is not acknowledged; sent again it is', async () => {
  const { id, body, headers } = message();
  const client = await checkout.db.database.connect();
  await client.query('begin');
  await client.query('lock table checkout.provider_events in access exclusive mode');
  try {
    const answer = await post(body, headers);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  } finally {
    await client.query('rollback');
    client.release();
  }
  expect((await post(body, headers)).status).toBe(200);
  expect(await stored(id)).toHaveLength(1);
});

test.each([
  ['sandbox:processing', 'processing'],
  ['sandbox:requires-action', 'requires_action'],
])('promise 6: %s is 202 and becomes the order by the message of the provider', async (method, status) => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const shopper = await checkout.enter(drop);
  const { body } = await shopper.reserve('k', [{ sku: 'shoe', quantity: 1 }]);
  const path = `/v1/reservations/${body.id}`;
  const pending = await shopper.call('POST', `${path}/payment`, { method });
  expect(pending).toMatchObject({ status: 202, body: { status } });
  if (status === 'requires_action') expect(pending.body.action).toMatchObject({ type: 'redirect' });
  expect((await shopper.call('GET', path)).body.status).toBe('processing');
  await expect
    .poll(async () => (await shopper.call('GET', path)).body.status, { interval: 500 }) // below a session's limit
    .toBe('paid');
  expect(await imbalances(checkout.db.database, drop)).toEqual([]);
});

test('promise 6: messages that come three times make one order', async () => {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const shopper = await checkout.enter(drop);
  const { body } = await shopper.reserve('k', [{ sku: 'shoe', quantity: 1 }]);
  const paid = await shopper.call('POST', `/v1/reservations/${body.id}/payment`, {
    method: 'sandbox:duplicate-webhooks',
  });
  expect(paid.status).toBe(200);
  const sends = () =>
    checkout.db.database
      .query(
        'select e.sends, e.tries from sandbox.events e join sandbox.charges c on c.id = e.charge_id where c.reference = $1',
        [body.id],
      )
      .then(({ rows }) => rows);
  // One whose acknowledgement is slow is sent once more.
  await expect.poll(sends).toEqual([{ sends: 0, tries: expect.toSatisfy((n: number) => n >= 3) }]);
  const { rows } = await checkout.db.database.query(
    'select 1 from checkout.orders where reservation_id = $1',
    [body.id],
  );
  expect(rows).toHaveLength(1);
});
