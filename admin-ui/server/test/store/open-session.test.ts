/** Sessions that are kept for an outage of Postgres (4.7): never one that has ended. */
import { createLogger } from '@sluice/service-kit';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSessionOpener } from '../../src/accounts/open-session.ts';
import { digestOf, makeToken } from '../../src/accounts/secrets.ts';
import { createSessionCache } from '../../src/projection/session-cache.ts';
import { createDatabase } from '../../src/store/database.ts';
import { createSessionStore } from '../../src/store/sessions.ts';
import { SEED_KEY } from '../support/control-plane.ts';
import { openStores, type TestStores } from '../support/stores.ts';

let stores: TestStores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores?.close());

test('a session that ends while it is being looked up is not kept as one that goes on', async () => {
  const { rows } = await stores.database.query(
    `insert into admin.accounts (email, name, role) values ('ada@shop.example', 'Ada', 'owner') returning account_id as id`,
  );
  const account = rows[0].id as string;
  const sessions = createSessionStore(createDatabase(stores.database));
  const token = makeToken();
  const digest = digestOf(token);
  await sessions.create({ account, digest, hasMfa: true, userAgent: '', provenBy: 'openid' });

  let isLedgerDown = false;
  let answered = () => {};
  let goOn = () => {};
  const isAnswered = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const opener = createSessionOpener({
    sessions: {
      ...sessions,
      // The answer of Postgres is a while on its way.
      async open(one) {
        const found = await sessions.open(one);
        answered();
        await mayGoOn;
        return found;
      },
    },
    cache: createSessionCache(stores.redis),
    secret: SEED_KEY,
    log: createLogger({ name: 'test', level: 'silent', pretty: false, instance: 'test' }),
    onLedger: () => {},
    isLedgerDown: () => isLedgerDown,
  });
  const opening = opener.open(token);
  await isAnswered;
  const askedBefore = Date.now();
  await waitUntil(() => Date.now() > askedBefore);
  await sessions.endAll(account);
  await opener.ended(account);
  await waitUntil(() => Date.now() > askedBefore + 1);
  goOn();
  expect((await opening)?.account.id).toBe(account);
  await waitUntil(() => stores.redis.exists(`admin:session:${digest.toString('hex')}`));
  isLedgerDown = true;
  expect(await opener.open(token)).toBeUndefined();
});
