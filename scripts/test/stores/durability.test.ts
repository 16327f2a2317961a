// No figure counts on stores that do not write through: both sides of the rule, on real servers.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { demandDurability } from '../../lib/durability.mjs';

const { REDIS_URL: redisUrl = '', DATABASE_URL: databaseUrl = '' } = process.env;

beforeAll(() => {
  if (!redisUrl || !databaseUrl)
    throw new Error('REDIS_URL and DATABASE_URL are not set: run through "npm test -- <file>".');
});

test('stores that write through are accepted, and their settings told', async () => {
  const told: string[] = [];
  await demandDurability({ redisUrl, databaseUrl }, (text) => told.push(text));
  expect(told.join()).toContain('fsync on');
  expect(told.join()).toContain('appendonly yes');
});

test('a database that commits before it is written is refused by name', async () => {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', '-c synchronous_commit=off');
  await expect(demandDurability({ redisUrl, databaseUrl: url.href }, () => {})).rejects.toThrow(
    "PostgreSQL's synchronous_commit must be on",
  );
});

test.each([
  ['no', 'everysec', "Redis's appendonly must be yes"],
  ['yes', 'no', "Redis's appendfsync must be everysec or always"],
])('a Redis with appendonly %s and appendfsync %s is refused', async (appendonly, appendfsync, fault) => {
  const settings: Record<string, string> = { appendonly, appendfsync };
  const server = createServer((socket) =>
    socket.on('data', (data) => {
      const name = data.toString().includes('appendonly') ? 'appendonly' : 'appendfsync';
      const value = settings[name] ?? '';
      socket.write(`*2\r\n$${name.length}\r\n${name}\r\n$${value.length}\r\n${value}\r\n`);
    }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  await expect(
    demandDurability({ redisUrl: `redis://127.0.0.1:${port}`, databaseUrl }, () => {}),
  ).rejects.toThrow(fault);
  server.close();
});
