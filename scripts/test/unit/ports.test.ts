// Ports in use are stepped over, and no port is handed out twice.

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../lib/ports.mjs';

let taken: Server | undefined;
afterEach(() => taken?.close());

async function occupy(host: string): Promise<number> {
  taken = createServer().listen(0, host);
  await once(taken, 'listening');
  const address = taken.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test.each(['127.0.0.1', '0.0.0.0'])(
  'a wanted port that is taken on %s is stepped over and said',
  async (host) => {
    const port = await occupy(host);
    const said: string[] = [];
    const got = await freePort(port, (text) => said.push(text));
    expect(got).toBeGreaterThan(port);
    expect(said[0]).toContain(`port ${port} is in use`);
  },
);

test('a wanted port that is free is given', async () => {
  const port = await occupy('127.0.0.1');
  await new Promise((resolve) => taken?.close(resolve));
  expect(await freePort(port)).toBe(port);
});

test('the same port is never given twice', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  expect(new Set(ports).size).toBe(50);
});
