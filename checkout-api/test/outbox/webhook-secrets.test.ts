import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { deliverEvent } from '../../src/outbox/deliver.ts';
import { createEventStore } from '../../src/store/events.ts';
import { createSecretVault } from '../../src/store/secret-vault.ts';
import { consumers, keyOf, secret, useTelling, vault } from '../support/telling.ts';

const telling = useTelling();

const kept = async () => {
  const rows = await telling.sql(
    'select secret, previous_secret as "previous" from checkout.event_targets order by id',
  );
  return rows.flatMap((row) => [row.secret, row.previous]).filter((text) => text !== null) as string[];
};

test('for a day after a new secret both sign', async () => {
  const target = await telling.subscribe(['stock.low']);
  await telling.events.rotateSecret(target, 'whsec_bmV3ZXI=');
  await telling.emit();
  await telling.deliverAll();
  const [{ body, headers } = { body: '', headers: {} }] = telling.receiver.requests;
  for (const one of [secret, 'whsec_bmV3ZXI=']) expect(new Webhook(one).verify(body, headers)).toBeTruthy();
  await telling.sql(`update checkout.event_targets set rotated_at = now() - interval '25 hours'`);
  await telling.emit();
  await telling.deliverAll();
  const [, second = { body: '', headers: {} }] = telling.receiver.requests;
  expect(() => new Webhook(secret).verify(second.body, second.headers)).toThrow();
});

test('3.12: a secret is nowhere in the database but sealed, and its sealed form opens in its own row only', async () => {
  const [first, second] = [await telling.subscribe(['stock.low']), await telling.subscribe(['stock.low'])];
  await telling.events.rotateSecret(first, 'whsec_b3RoZXI=');
  expect(await kept()).toEqual(Array(3).fill(expect.stringMatching(/^sealed:k1:[A-Za-z0-9_-]{50,}$/)));
  const rows = await telling.sql('select e::text as text from checkout.event_targets e');
  for (const { text } of rows) expect(text).not.toMatch(/whsec|c2VjcmV0|b3RoZXI/);
  await telling.sql('delete from checkout.event_targets where id = $1', first);
  const [sealed = ''] = await kept();
  expect(vault.open(second, sealed)).toBe(secret);
  expect(() => vault.open(first, sealed)).toThrow();
  expect(() => vault.open(second, `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`)).toThrow();
});

test('3.12: a key is replaced by putting a new one in front; what stood in clear is sealed at the same time', async () => {
  const id = await telling.subscribe(['stock.low']);
  const clear = await telling.subscribe(['stock.changed']);
  await telling.sql('update checkout.event_targets set secret = $2 where id = $1', clear, secret);
  const both = createEventStore(telling.database, createSecretVault(`${keyOf('k2')}, ${keyOf('k1')}`));
  expect([await both.resealSecrets(), await both.resealSecrets()]).toEqual([2, 0]);
  expect(await kept()).toEqual(Array(2).fill(expect.stringMatching(/^sealed:k2:/)));
  const next = createSecretVault(keyOf('k2'));
  for (const [at, owner] of [id, clear].sort().entries())
    expect(next.open(owner, (await kept())[at] ?? '')).toBe(secret);
});

test('3.12: without its key a delivery fails and is tried again, and arrives when the key is there', async () => {
  await telling.subscribe(['stock.low']);
  await telling.emit();
  const [delivery] = await telling.sql(
    'select event_id as "eventId", target_id as "targetId" from checkout.event_deliveries',
  );
  const elsewhere = createEventStore(telling.database, createSecretVault(keyOf('k9')));
  await deliverEvent(delivery, { events: elsewhere, consumers });
  expect(telling.receiver.requests).toEqual([]);
  expect(await telling.states()).toEqual([
    { status: 'pending', tries: 1, error: expect.stringContaining('there is no key "k1"') },
  ]);
  await telling.deliverAll();
  expect(await telling.states()).toMatchObject([{ status: 'delivered' }]);
  const { body, headers } = telling.receiver.requests.at(-1) ?? { body: '', headers: {} };
  expect(new Webhook(secret).verify(body, headers)).toBeTruthy();
});
