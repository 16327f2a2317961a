import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { rawHeader } from '../../src/raw-header.ts';

const NAMES = ['x-forwarded-for', 'if-none-match', 'absent'];

test.each([
  ['none', ''],
  ['one', 'x-forwarded-for: 192.0.2.1\r\nif-none-match: "a"\r\n'],
  ['one in another spelling', 'X-FORWARDED-For: 192.0.2.1\r\nIf-None-Match: W/"a", *\r\n'],
  [
    'several',
    'X-Forwarded-For: 192.0.2.1\r\nx-forwarded-for: 192.0.2.2\r\nIf-None-Match: "a"\r\nif-none-match: "b"\r\n',
  ],
  ['empty ones', 'x-forwarded-for:\r\nif-none-match: \r\n'],
])('a header is what the server’s own object says: %s', async (_kind, lines) => {
  const server = createServer((request, response) => {
    const looked = NAMES.map((name) => rawHeader(request, name));
    response.end(JSON.stringify([looked, NAMES.map((name) => request.headers[name])]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`GET / HTTP/1.1\r\nhost: a\r\n${lines}connection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += chunk;
  server.close();
  const [looked, own] = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as [unknown[], unknown[]];
  expect(looked).toEqual(own);
});
