import { readFileSync, writeFileSync } from 'node:fs';
import { createTestDatabase, dumpSchema } from '@sluice/service-kit/testing';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createCheckoutDatabase } from '../support/checkout-database.ts';

const file = new URL('../../schema.sql', import.meta.url);
const update = 'UPDATE_SCHEMA=1 npm test -- checkout-api/test/store/schema';
const schemas = { owned: ['checkout', 'sandbox'], update };

test('schema.sql is what the migrations make', async () => {
  const db = await createCheckoutDatabase();
  try {
    const dump = await dumpSchema(db.database, schemas);
    if (process.env.UPDATE_SCHEMA === '1') writeFileSync(file, dump);
    expect(readFileSync(file, 'utf8'), `run ${update}`).toBe(dump);
  } finally {
    await db.close();
  }
});

test('schema.sql is whole: an empty database becomes the same by it alone', async () => {
  const { url, drop } = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: url });
  try {
    const schema = readFileSync(file, 'utf8');
    await pool.query(schema);
    expect(await dumpSchema(pool, schemas)).toBe(schema);
  } finally {
    await pool.end();
    await drop();
  }
});
