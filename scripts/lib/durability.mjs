// @ts-check
// No figure counts that was bought with durability: what a drop or a bench runs on must write through to disk.

import pg from 'pg';
import { Failure } from './failure.mjs';
import { redisCommand } from './redis-command.mjs';

const POSTGRES_SETTINGS = ['fsync', 'full_page_writes', 'synchronous_commit'];

/**
 * @typedef {object} Durability
 * @property {Record<string, string>} settings by name
 * @property {string[]} faults one sentence for each that is not as it must be
 *
 * @param {{ redisUrl: string, databaseUrl: string }} stores
 * @returns {Promise<Durability>}
 */
export async function readDurability({ redisUrl, databaseUrl }) {
  const settings = { ...(await postgresSettings(databaseUrl)), ...(await redisSettings(redisUrl)) };
  const faults = [
    ...POSTGRES_SETTINGS.filter((name) => settings[name] !== 'on').map(
      (name) => `PostgreSQL's ${name} must be on`,
    ),
    ...(settings.appendonly === 'yes' ? [] : ["Redis's appendonly must be yes"]),
    ...(['everysec', 'always'].includes(settings.appendfsync ?? '')
      ? []
      : ["Redis's appendfsync must be everysec or always"]),
  ];
  return { settings, faults };
}

/**
 * Tells the settings, and refuses to go on unless `fsync`, `full_page_writes` and `synchronous_commit` are on and
 * Redis's append-only file is written at least every second.
 * @param {{ redisUrl: string, databaseUrl: string }} stores
 * @param {(text: string) => void} note
 * @throws {Failure}
 */
export async function demandDurability(stores, note) {
  const { settings, faults } = await readDurability(stores);
  const told = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  note(told.join(', '));
  if (faults.length > 0) throw new Failure(`${faults.join('; ')} (found: ${told.join(', ')}).`);
}

/**
 * @param {string} databaseUrl
 * @returns {Promise<Record<string, string>>}
 */
async function postgresSettings(databaseUrl) {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query('select name, setting from pg_settings where name = any($1)', [
      POSTGRES_SETTINGS,
    ]);
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  } finally {
    await client.end();
  }
}

/**
 * @param {string} redisUrl
 * @returns {Promise<Record<string, string>>}
 */
async function redisSettings(redisUrl) {
  const read = async (/** @type {string} */ name) =>
    (await redisCommand(redisUrl, ['CONFIG', 'GET', name])).split('\n')[1] ?? '?';
  return { appendonly: await read('appendonly'), appendfsync: await read('appendfsync') };
}
