import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repoRoot } from '../../../scripts/lib/repo.mjs';
import { type Stack, startStack } from '../../../scripts/lib/stack.mjs';
import { createControlPlane } from '../stage/control-plane.ts';
import { dropDatabase } from '../stage/play-folder.ts';

const DROP = 'crowded';
const { REDIS_URL = '', DATABASE_URL = '' } = process.env;
const logDir = mkdtempSync(join(tmpdir(), 'sluice-crowd-'));
let stack: Stack;

beforeAll(async () => {
  const name = `crowd-${process.pid}`;
  stack = await startStack({
    name,
    redisUrl: REDIS_URL,
    databaseUrl: DATABASE_URL,
    storefront: false,
    logDir,
  });
}, 60_000);

afterAll(async () => {
  await stack.stop();
  await dropDatabase(DATABASE_URL, stack.databaseUrl);
  rmSync(logDir, { recursive: true });
});

test('the crowd of npm start comes, waits, goes in and buys, and goes home at once when it is told to', async () => {
  await createControlPlane(stack).createDrop({
    id: DROP,
    name: 'A small drop',
    opensAt: new Date(Date.now() + 8000).toISOString(),
    admission: { lobby: 'draw', lobbySeconds: 10, ratePerMinute: 600 },
    page: { returnOrigins: ['https://shop.example'], defaultReturnTo: 'https://shop.example/' },
    perShopperLimit: 2,
    currency: 'EUR',
    products: [{ sku: 'shoe', name: 'Shoe', priceMinor: 100, stock: 1000 }],
  });
  const room = stack.rooms[0]?.url ?? '';
  const read = async (path: string) => (await fetch(`${room}/v1/drops/${DROP}/${path}`)).json();
  const args = [
    '--room',
    room,
    '--checkout',
    stack.checkouts[0]?.url ?? '',
    '--drop',
    DROP,
    '--shoppers',
    '200',
  ];
  const crowd = spawn(process.execPath, [join(repoRoot, 'load/play/crowd.ts'), ...args]);
  let said = '';
  for (const stream of [crowd.stdout, crowd.stderr]) stream.on('data', (chunk) => (said += chunk));
  const ended = once(crowd, 'exit');

  await waitUntil(async () => ((await read('pulse')) as { waiting: number }).waiting > 0, {
    timeoutMs: 40_000,
  });
  await waitUntil(
    async () =>
      ((await read('products')) as { products: { available: number }[] }).products[0]?.available !== 1000,
    { timeoutMs: 60_000 },
  );
  crowd.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(said).toContain('sent-home');
  expect(said).not.toContain('gave up');
}, 120_000);
