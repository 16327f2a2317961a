// @ts-check
// A stack's own place on shared stores: a Postgres database by name, a Redis database by a counter all test
// harnesses share. Nothing else on the servers is touched.

import { Redis } from 'ioredis';
import pg from 'pg';
import { redisCommand } from './redis-command.mjs';

/** Counter of `createTestRedis()` in service-kit too: the two never take the same index at the same time. */
const COUNTER = 'harness:next-db';
const DATABASES = 250;

/**
 * @param {string} serverUrl
 * @param {string} name
 * @param {boolean} keep use the database when it is there; otherwise it is dropped and made anew
 * @returns {Promise<string>} URL of the database
 */
export async function createStackDatabase(serverUrl, name, keep) {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const quoted = client.escapeIdentifier(name);
    if (!keep) await client.query(`drop database if exists ${quoted} with (force)`);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (!rowCount) await client.query(`create database ${quoted}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/**
 * @param {string} serverUrl
 * @returns {Promise<string>} URL of an emptied database
 */
export async function takeRedisDatabase(serverUrl) {
  const base = new URL(serverUrl);
  base.pathname = '';
  const count = Number(await redisCommand(base.href, ['INCR', COUNTER]));
  const available = await redisCommand(base.href, ['CONFIG', 'GET', 'databases']).then(
    (reply) => Number(reply.split('\n')[1] ?? 16),
    () => 16, // a managed server may refuse CONFIG
  );
  const usable = Math.min(DATABASES, available - 1);
  const url = new URL(base);
  url.pathname = `/${(count % usable) + 1}`;
  const client = new Redis(url.href, { maxRetriesPerRequest: 1 });
  await client.flushdb();
  client.disconnect();
  return url.href;
}
