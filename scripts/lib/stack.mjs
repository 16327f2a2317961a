// @ts-check
// Every service of Sluice as separate processes on given stores: the stack that start, dev, play, the benches, the
// load scenarios and the browser tests run against. Makes its database, its keys and its log files.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureKeys } from './keys.mjs';
import { freePort } from './ports.mjs';
import { killProcess, onShutdown, stopProcess } from './processes.mjs';
import { dataRoot, repoRoot } from './repo.mjs';
import { startService } from './service.mjs';
import { createStackDatabase, takeRedisDatabase } from './stack-stores.mjs';

/**
 * @typedef {import('./service.mjs').Service} Service
 * @typedef {{ room?: NodeJS.ProcessEnv, checkout?: NodeJS.ProcessEnv, admin?: NodeJS.ProcessEnv, storefront?: NodeJS.ProcessEnv }} ServiceEnvironments
 * @typedef {object} StackOptions
 * @property {string} name names the database (`sluice_<name>`) and the folder of logs and keys
 * @property {string} redisUrl of the server
 * @property {string} databaseUrl of the server; the stack makes a database of its own on it
 * @property {number} [rooms] instances of the waiting room (1)
 * @property {number} [checkouts] instances of the checkout (1)
 * @property {boolean} [admin] with the control plane (true)
 * @property {boolean} [storefront] with the example shop (true)
 * @property {string} [drop] the drop the example shop sells (`demo`)
 * @property {string} [root] the working tree whose services run (this one)
 * @property {string} [logDir] (.sluice/stacks/<name>)
 * @property {string} [keysDir] (`<logDir>/keys`)
 * @property {NodeJS.ProcessEnv} [env] for every service
 * @property {ServiceEnvironments} [serviceEnv] for the services of one kind
 * @property {{ rooms?: number[], checkouts?: number[], admin?: number, storefront?: number }} [ports] wanted public ports; taken ones are stepped over
 * @property {string} [roomHost] the host name in the room's public URL (localhost)
 * @property {string} [shopHost] the host name in the shop's public URL (localhost)
 * @property {boolean} [keep] use Redis database and Postgres database as they are, instead of fresh ones
 * @property {(text: string) => void} [note] told of ports stepped over
 *
 * @typedef {object} Stack
 * @property {Service[]} rooms
 * @property {Service[]} checkouts
 * @property {Service | undefined} admin
 * @property {Service | undefined} storefront
 * @property {string} operatorKey
 * @property {string} serviceToken
 * @property {string} redisUrl with the stack's own database index
 * @property {string} databaseUrl of the stack's own database
 * @property {string} keysDir
 * @property {string} logDir
 * @property {(service: Service) => Promise<void>} kill ends it at once, as a crash would
 * @property {(service: Service) => Promise<void>} restart starts it again on its ports, after stopping it when it runs
 * @property {() => Promise<void>} stop ends all services; the stores stay
 */

/** The harness's own players bring shopper addresses in X-Forwarded-For. */
const LOOPBACK = '127.0.0.1/32,::1/128';

/**
 * Starts the services and returns when all of them listen.
 * @param {StackOptions} options
 * @returns {Promise<Stack>}
 * @throws {import('./failure.mjs').Failure} with the end of its log when a service does not come up
 */
export async function startStack(options) {
  const {
    name,
    rooms = 1,
    checkouts = 1,
    admin = true,
    storefront = true,
    drop = 'demo',
    root = repoRoot,
  } = options;
  const {
    env = {},
    serviceEnv = {},
    ports = {},
    roomHost = 'localhost',
    shopHost = 'localhost',
    note,
  } = options;
  const logDir = options.logDir ?? join(dataRoot, 'stacks', name);
  mkdirSync(logDir, { recursive: true });
  const healingDir = join(logDir, 'healing');
  // Copies of drops from an earlier stack would bring those drops back on fresh stores.
  if (!options.keep) rmSync(healingDir, { recursive: true, force: true });
  const keys = ensureKeys(options.keysDir ?? join(logDir, 'keys'));
  const [databaseUrl, redisUrl] = await Promise.all([
    createStackDatabase(
      options.databaseUrl,
      `sluice_${name.replaceAll(/[^a-z0-9]+/g, '_')}`,
      options.keep ?? false,
    ),
    options.keep ? options.redisUrl : takeRedisDatabase(options.redisUrl),
  ]);

  // Signed ends of the audit log belong to one database: another one starts without them.
  const auditHeadsFile = join(logDir, 'audit-heads.jsonl');
  if (!options.keep) rmSync(auditHeadsFile, { force: true });
  if (!options.keep) rmSync(join(logDir, 'journal.jsonl'), { force: true });

  const place = async (/** @type {number | undefined} */ wanted) => ({
    port: await freePort(wanted, note),
    internalPort: await freePort(),
  });
  const roomPlaces = await placesOf(rooms, ports.rooms, place);
  const checkoutPlaces = await placesOf(checkouts, ports.checkouts, place);
  const adminPlace = await place(ports.admin);
  const storefrontPlace = await place(ports.storefront);

  const roomPublicUrl = `http://${roomHost}:${roomPlaces[0]?.port}`;
  const checkoutUrl = `http://127.0.0.1:${checkoutPlaces[0]?.port}`;
  const shopUrl = `http://${shopHost}:${storefrontPlace.port}`;
  const common = {
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    TRUSTED_PROXIES: LOOPBACK,
    SERVICE_TOKEN: keys.serviceToken,
    ...env,
  };
  const shared = { root, logDir };

  const starting = {
    rooms: roomPlaces.map((at, index) =>
      startService({
        ...shared,
        ...at,
        name: `waiting-room-${index + 1}`,
        entry: 'waiting-room/src/server.ts',
        publicUrl: index === 0 ? roomPublicUrl : `http://${roomHost}:${at.port}`,
        env: {
          ...common,
          INSTANCE_ID: `room-${index + 1}`,
          REDIS_URL: redisUrl,
          PUBLIC_URL: roomPublicUrl, // one issuer, however many instances
          ADMISSION_KEYS_FILE: keys.admissionKeysFile,
          TICKET_KEYS_FILE: keys.ticketKeysFile,
          HEALING_DIR: join(healingDir, `room-${index + 1}`),
          ...(admin && { ARCHIVE_URL: `http://127.0.0.1:${adminPlace.internalPort}` }),
          ...serviceEnv.room,
        },
      }),
    ),
    checkouts: checkoutPlaces.map((at, index) =>
      startService({
        ...shared,
        ...at,
        name: `checkout-api-${index + 1}`,
        entry: 'checkout-api/src/server.ts',
        env: {
          ...common,
          INSTANCE_ID: `checkout-${index + 1}`,
          REDIS_URL: redisUrl,
          DATABASE_URL: databaseUrl,
          ROOM_URLS: roomPlaces.map(({ port }) => `http://127.0.0.1:${port}`).join(','),
          ROOM_ISSUER: roomPublicUrl,
          WEBHOOK_KEYS: `first:${keys.webhookKey}`,
          ...serviceEnv.checkout,
        },
      }),
    ),
    admin: admin
      ? startService({
          ...shared,
          ...adminPlace,
          name: 'admin-server',
          entry: 'admin-ui/server/src/server.ts',
          env: {
            ...common,
            INSTANCE_ID: 'admin-1',
            REDIS_URL: redisUrl,
            DATABASE_URL: databaseUrl,
            OPERATOR_KEY: keys.operatorKey,
            PUBLIC_URL: `http://localhost:${adminPlace.port}`,
            ROOM_URL: roomPublicUrl,
            CHECKOUT_URL: checkoutUrl,
            SEED_KEY_FILE: keys.seedKeyFile,
            AUDIT_HEADS_FILE: auditHeadsFile,
            JOURNAL_FILE: join(logDir, 'journal.jsonl'),
            CHECKOUT_INTERNAL_URL: `http://127.0.0.1:${checkoutPlaces[0]?.internalPort}`,
            ...serviceEnv.admin,
          },
        })
      : undefined,
    storefront: storefront
      ? startService({
          ...shared,
          ...storefrontPlace,
          name: 'storefront',
          entry: 'examples/storefront/src/server.ts',
          publicUrl: shopUrl,
          env: {
            ...common,
            SERVICE_TOKEN: undefined, // a shop outside has none
            INSTANCE_ID: 'storefront-1',
            PUBLIC_URL: shopUrl,
            ROOM_PUBLIC_URL: roomPublicUrl,
            ROOM_ISSUER: roomPublicUrl,
            CHECKOUT_URL: checkoutUrl,
            DROP: drop,
            ...serviceEnv.storefront,
          },
        })
      : undefined,
  };

  const settled = await Promise.allSettled(
    [...starting.rooms, ...starting.checkouts, starting.admin, starting.storefront].filter(
      (one) => one !== undefined,
    ),
  );
  const services = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async () => {
    await Promise.all(services.map((service) => stopProcess(service.process)));
  };
  const fault = settled.find((one) => one.status === 'rejected');
  if (fault) {
    await stop();
    throw fault.reason;
  }
  onShutdown(stop);

  return {
    rooms: await Promise.all(starting.rooms),
    checkouts: await Promise.all(starting.checkouts),
    admin: await starting.admin,
    storefront: await starting.storefront,
    operatorKey: keys.operatorKey,
    serviceToken: keys.serviceToken,
    redisUrl,
    databaseUrl,
    keysDir: keys.folder,
    logDir,
    kill: (service) => killProcess(service.process),
    restart: (service) => service.restart(),
    stop,
  };
}

/**
 * @template T
 * @param {number} count
 * @param {readonly number[] | undefined} wanted
 * @param {(wanted: number | undefined) => Promise<T>} place
 * @returns {Promise<T[]>}
 */
async function placesOf(count, wanted, place) {
  const places = [];
  for (let index = 0; index < count; index += 1) places.push(await place(wanted?.[index]));
  return places;
}
