/** Passkeys of one account that are added in two tabs at once (4.1). */
import { whileLocked } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuditKeys } from '../../src/domain/audit-keys.ts';
import { createDatabase } from '../../src/store/database.ts';
import { createPasskeyStore } from '../../src/store/passkeys.ts';
import { SEED_KEY } from '../support/control-plane.ts';
import { openStores, type TestStores } from '../support/stores.ts';

let stores: TestStores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores?.close());

test('one of two that are added at once is the first: with it the recovery codes are told, once', async () => {
  const { rows } = await stores.database.query(
    `insert into admin.accounts (email, name, role) values ('ada@shop.example', 'Ada', 'owner') returning account_id as id`,
  );
  const account = rows[0].id as string;
  const passkeys = createPasskeyStore(createDatabase(stores.database), createAuditKeys(SEED_KEY));
  const add = (name: string) =>
    passkeys.add(
      {
        ...{ account, name, credentialId: name, publicKey: Buffer.from(name), transports: [] },
        ...{ isBackedUp: false, counter: 0 },
      },
      { actor: 'ada@shop.example', reason: null },
    );
  const added = await whileLocked(
    stores.database,
    ['select from admin.accounts where account_id = $1 for update', [account]],
    () => [add('phone'), add('key')],
  );
  const firsts = added.map((one) => typeof one === 'object' && one.isFirst);
  expect(firsts.sort()).toEqual([false, true]);
  expect(await passkeys.list(account)).toHaveLength(2);
});
