// The small Redis client of the scripts: replies in pieces, faults as errors, silence within a limit.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { redisCommand } from '../../lib/redis-command.mjs';

let server: Server | undefined;
afterEach(() => server?.close());

async function serve(answer: (socket: Socket, asked: string) => void): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => answer(socket, data.toString()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
}

test('a reply that comes in pieces is put together', async () => {
  const host = await serve((socket) => {
    socket.write('*2\r\n$9\r\ndata');
    setImmediate(() => socket.write('bases\r\n$3\r\n256\r\n'));
  });
  expect(await redisCommand(`redis://${host}`, ['CONFIG', 'GET', 'databases'])).toBe('databases\n256');
});

test('user and password are sent first, and unescaped', async () => {
  let asked = '';
  const host = await serve((socket, text) => {
    asked += text;
    socket.write('+OK\r\n+PONG\r\n');
  });
  expect(await redisCommand(`redis://me:p%40ss@${host}`, ['PING'])).toBe('PONG');
  expect(asked).toContain('$4\r\nAUTH\r\n$2\r\nme\r\n$4\r\np@ss\r\n');
});

test('an error reply is thrown', async () => {
  const host = await serve((socket) => socket.write('-NOAUTH Authentication required.\r\n'));
  await expect(redisCommand(`redis://${host}`, ['PING'])).rejects.toThrow('NOAUTH');
});

test('a connection that closes without an answer is an error', async () => {
  const host = await serve((socket) => socket.end());
  await expect(redisCommand(`redis://${host}`, ['PING'])).rejects.toThrow('closed');
});

test('a port nobody listens on is an error', async () => {
  const host = await serve(() => {});
  await new Promise((resolve) => server?.close(resolve));
  await expect(redisCommand(`redis://${host}`, ['PING'])).rejects.toThrow('ECONNREFUSED');
});
