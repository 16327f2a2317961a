import { createTestDatabase, type TestDatabase, waitUntil } from '@sluice/service-kit/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../src/migrate.ts';

/** Where instances that migrate meet, see src/migrate.ts. */
const LOCK = 7_302_114_001;

let db: TestDatabase;
let outsider: pg.Client;
beforeAll(async () => {
  db = await createTestDatabase();
  outsider = new pg.Client({ connectionString: db.url });
  await outsider.connect();
});
afterAll(async () => {
  await outsider.end();
  await db.drop();
});

test('promise 7: a connection that is lost while an instance migrates is an error to try again after, not the end of its process', async () => {
  await outsider.query('select pg_advisory_lock($1)', [LOCK]);
  const migrating = migrate(db.url);
  const lost = expect(migrating).rejects.toThrow(/terminat|lost|unable to fetch/i);
  await waitUntil(
    async () => {
      const { rowCount } = await outsider.query(
        `select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
          where l.locktype = 'advisory' and not l.granted and d.datname = current_database()`,
      );
      return rowCount === 1;
    },
    { what: 'the instance at the lock' },
  );
  await lost;
  await outsider.query('select pg_advisory_unlock($1)', [LOCK]);
  await migrate(db.url);
  await outsider.query('select from checkout.drops');
}, 60_000);
