// A stack of services as processes: what each is told, how one that fails is told of, and that a kill, a restart and
// a stop do what they say. The services are small stand-ins in a tree of their own; the stores are real.

import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Stack, type StackOptions, startStack } from '../../lib/stack.mjs';
import { writeEntry, writeStandIns } from '../support/stand-ins.ts';

let root: string;
let stack: Stack | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-stack-'));
  await writeStandIns(root);
});

afterEach(async () => {
  await stack?.stop();
  stack = undefined;
  await rm(root, { recursive: true, force: true });
});

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;
  if (!redisUrl || !databaseUrl) {
    throw new Error('REDIS_URL and DATABASE_URL are not set: run through "npm test -- <file>".');
  }
  const name = `stack-test-${process.pid}`;
  stack = await startStack({ name, root, logDir: join(root, 'logs'), redisUrl, databaseUrl, ...options });
  return stack;
}

async function environmentOf(url: string | undefined): Promise<Record<string, string>> {
  return (await (await fetch(url ?? '')).json()) as Record<string, string>;
}

test('two instances of room and checkout share one issuer, one Redis database and one Postgres database', async () => {
  const { rooms, checkouts, redisUrl, databaseUrl } = await start({ rooms: 2, checkouts: 2 });
  const [first, second] = await Promise.all(rooms.map((room) => environmentOf(room.internalUrl)));
  expect(first?.PUBLIC_URL).toBe(rooms[0]?.url);
  expect(second?.PUBLIC_URL).toBe(rooms[0]?.url);
  expect([first?.REDIS_URL, second?.REDIS_URL]).toEqual([redisUrl, redisUrl]);
  const told = await Promise.all(checkouts.map((checkout) => environmentOf(checkout.url)));
  expect(told.map(({ DATABASE_URL }) => DATABASE_URL)).toEqual([databaseUrl, databaseUrl]);
  expect(told[0]?.ROOM_URLS?.split(',')).toHaveLength(2);
});

test('a service sees what it is given, and no secret meant for another', async () => {
  process.env.OPERATOR_KEY_FROM_SHELL = 'leaked';
  const { storefront, admin, checkouts, operatorKey } = await start();
  const shop = await environmentOf(storefront?.internalUrl);
  expect(shop).not.toHaveProperty('SERVICE_TOKEN');
  expect(shop).not.toHaveProperty('DATABASE_URL');
  expect(shop).not.toHaveProperty('OPERATOR_KEY_FROM_SHELL');
  expect((await environmentOf(checkouts[0]?.url)).OPERATOR_KEY).toBeUndefined();
  expect((await environmentOf(admin?.url)).OPERATOR_KEY).toBe(operatorKey);
});

test('room and shop can be on different sites', async () => {
  const { rooms, storefront } = await start({ roomHost: 'localhost', shopHost: '127.0.0.1' });
  expect(new URL(rooms[0]?.url ?? '').hostname).toBe('localhost');
  expect(new URL(storefront?.url ?? '').hostname).toBe('127.0.0.1');
});

test('secrets are files only their owner can read, and stay the same on the next start', async () => {
  const { keysDir, operatorKey, stop } = await start();
  const { mode } = statSync(join(keysDir, 'operator-key'));
  expect(mode & 0o077).toBe(0);
  const { keys } = JSON.parse(readFileSync(join(keysDir, 'admission-keys.json'), 'utf8')) as {
    keys: object[];
  };
  expect(keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519' });
  await stop();
  expect((await start()).operatorKey).toBe(operatorKey);
});

test('a service that dies while starting is told by name with its last words, and the others are stopped', async () => {
  await writeEntry(
    root,
    'checkout-api/src/server.ts',
    "console.log('DATABASE_URL must be a URL'); process.exit(2);",
  );
  await expect(start()).rejects.toThrow(
    /checkout-api-1 ended while starting[\s\S]*DATABASE_URL must be a URL/,
  );
});

test('a missing entry is told by its path', async () => {
  await rm(join(root, 'admin-ui'), { recursive: true });
  await expect(start()).rejects.toThrow('admin-ui/server/src/server.ts');
});

test('a killed service is gone at once; a restarted one is back on the same address as another process', async () => {
  const { rooms, kill, restart } = await start();
  const [room] = rooms;
  if (!room) throw new Error('no room');
  const before = (await environmentOf(room.internalUrl)).PID;
  await kill(room);
  await expect(fetch(room.internalUrl)).rejects.toThrow();
  await restart(room);
  const after = (await environmentOf(room.internalUrl)).PID;
  expect(after).toBe(room.pid);
  expect(after).not.toBe(before);
});

test('stop ends every service', async () => {
  const { rooms, checkouts, admin, storefront, stop } = await start();
  await stop();
  for (const service of [...rooms, ...checkouts, admin, storefront]) {
    await expect(fetch(service?.internalUrl ?? '')).rejects.toThrow();
  }
});
