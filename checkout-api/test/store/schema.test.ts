import { readFileSync, writeFileSync } from 'node:fs';
import { createTestDatabase } from '@sluice/service-kit/testing';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createCheckoutDatabase } from '../support/checkout-database.ts';
import { dumpSchema } from '../support/dump-schema.ts';

const file = new URL('../../schema.sql', import.meta.url);

test('schema.sql is what the migrations make', async () => {
  const db = await createCheckoutDatabase();
  try {
    const dump = await dumpSchema(db.database);
    if (process.env.UPDATE_SCHEMA === '1') writeFileSync(file, dump);
    expect(readFileSync(file, 'utf8'), 'run UPDATE_SCHEMA=1 npm test -- checkout-api/test/store/schema').toBe(
      dump,
    );
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
    expect(await dumpSchema(pool)).toBe(schema);
  } finally {
    await pool.end();
    await drop();
  }
});
