import { readFileSync, writeFileSync } from 'node:fs';
import { createTestDatabase, dumpSchema } from '@sluice/service-kit/testing';
import pg from 'pg';
import { expect, test } from 'vitest';
import { migrate } from '../../src/migrate.ts';

const file = new URL('../../schema.sql', import.meta.url);
const update = 'UPDATE_SCHEMA=1 npm test -- admin-ui/server/test/store/schema';
const schemas = { owned: ['admin'], update };

async function onEmptyDatabase(work: (pool: pg.Pool, url: string) => Promise<void>): Promise<void> {
  const { url, drop } = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: url });
  try {
    await work(pool, url);
  } finally {
    await pool.end();
    await drop();
  }
}

test('schema.sql is what the migrations make', () =>
  onEmptyDatabase(async (pool, url) => {
    await migrate(url);
    const dump = await dumpSchema(pool, schemas);
    if (process.env.UPDATE_SCHEMA === '1') writeFileSync(file, dump);
    expect(readFileSync(file, 'utf8'), `run ${update}`).toBe(dump);
  }));

test('schema.sql is whole: an empty database becomes the same by it alone', () =>
  onEmptyDatabase(async (pool) => {
    const schema = readFileSync(file, 'utf8');
    await pool.query(schema);
    expect(await dumpSchema(pool, schemas)).toBe(schema);
  }));
