/** 5.8: the confirmation of an order, its receipt, goes out once, in the shopper's language, however often anything is repeated; then the address is gone. */
import { type MailServer, startMailServer, waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDrop } from '../support/checkout-database.ts';
import { startTestCheckout, type TestCheckout } from '../support/checkout-service.ts';

let server: MailServer;
let checkout: TestCheckout;
beforeAll(async () => {
  server = await startMailServer();
  checkout = await startTestCheckout({ SMTP_URL: server.url, MAIL_FROM: 'Shop <shop@example.com>' });
});
afterAll(async () => {
  await checkout?.close();
  await server?.close();
});

const wishes = async () =>
  (await checkout.db.database.query('select count(*)::int as n from checkout.receipt_wishes')).rows[0].n;

async function held() {
  const drop = await createDrop(checkout.db.database, { shoe: 5 });
  const shopper = await checkout.enter(drop);
  const { body } = await shopper.reserve('k', [{ sku: 'shoe', quantity: 1 }]);
  const pay = (more: object, lang = 'en', method = 'sandbox:ok') =>
    shopper.call(
      'POST',
      `/v1/reservations/${body.id}/payment`,
      { method, ...more },
      { 'accept-language': lang },
    );
  return { shopper, pay, path: `/v1/reservations/${body.id}` };
}

test('a paid order is confirmed once, though the mail server failed first and the payment was asked for again', async () => {
  const { pay } = await held();
  server.refuse(1);
  const to = 'mila@example.com';
  const paid = await pay({ receiptTo: to }, 'de-AT,de;q=0.9');
  expect(paid.body.status).toBe('paid');
  const again = await Promise.all([pay({ receiptTo: to }), pay({ receiptTo: 'other@example.com' }), pay({})]);
  for (const answer of again) expect(answer.body.order.id).toBe(paid.body.order.id);
  const { mails } = server;
  await waitUntil(() => mails.some((mail) => mail.to === to), { timeoutMs: 40_000 });
  await waitUntil(async () => (await wishes()) === 0);
  expect(mails.filter(({ text }) => text.includes(paid.body.order.id))).toHaveLength(1);
  const { text } = mails.find((mail) => mail.to === to) as (typeof mails)[number];
  expect(text).toContain('From: Shop <shop@example.com>');
  expect(text).toContain(`Message-ID: <order-${paid.body.order.id}@example.com>`);
  expect(text).toContain('Bestellnummer');
});

test('a declined payment confirms nothing; the address of the attempt that pays counts; whoever names none is told nothing', async () => {
  const [declined, silent] = [await held(), await held()];
  const { mails } = server;
  const before = mails.length;
  expect((await declined.pay({ receiptTo: 'first@example.com' }, 'en', 'sandbox:decline')).status).toBe(402);
  expect((await declined.pay({ receiptTo: 'second@example.com' })).body.status).toBe('paid');
  expect((await silent.pay({})).body.status).toBe('paid');
  await waitUntil(() => mails.length > before);
  await waitUntil(async () => (await wishes()) === 0);
  expect(mails.slice(before).map(({ to }) => to)).toEqual(['second@example.com']);
});

test('promise 8: an address that is none is refused by its field before any money is taken, and so is any where no mail is sent', async () => {
  const { pay, shopper, path } = await held();
  for (const receiptTo of [
    ...['', 'mila', 'a@b', 'a@example.com,b@example.com', 'A <a@example.com>', 7, null],
    ...['a@example.com\r\nBcc: b@example.com', `${'a'.repeat(65)}@example.com`, `a@${'b'.repeat(260)}.com`],
  ]) {
    const answer = await pay({ receiptTo });
    expect([receiptTo, answer.status, answer.body.errors?.[0]?.field]).toEqual([
      receiptTo,
      400,
      'body.receiptTo',
    ]);
  }
  expect((await shopper.call('GET', path)).body.status).toBe('held');
  const mute = await startTestCheckout();
  try {
    const drop = await createDrop(mute.db.database, { shoe: 1 });
    const other = await mute.enter(drop);
    const { body } = await other.reserve('k', [{ sku: 'shoe', quantity: 1 }]);
    const answer = await other.call('POST', `/v1/reservations/${body.id}/payment`, {
      method: 'sandbox:ok',
      receiptTo: 'mila@example.com',
    });
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, 'body.receiptTo']);
  } finally {
    await mute.close();
  }
});
