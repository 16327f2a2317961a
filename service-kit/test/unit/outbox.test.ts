import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Outbox } from '../../src/outbox.ts';

const outbox = new Outbox();
let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};
const server = createServer((request, response) => handle(request, response));
let port = 0;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close().closeAllConnections());

const answer = ({ url }: IncomingMessage, response: ServerResponse) => {
  const body = `answer to ${url}`;
  response.writeHead(200, { 'content-length': body.length });
  outbox.end(response, body);
};
const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();

test('an answer is ended at the end of its turn, not in it', async () => {
  const { promise, resolve } = Promise.withResolvers<[inTurn: boolean, after: boolean]>();
  handle = (request, response) => {
    answer(request, response);
    const inTurn = response.writableEnded;
    setImmediate(() => resolve([inTurn, response.writableEnded]));
  };
  expect(await ask('/a')).toBe('answer to /a');
  expect(await promise).toEqual([false, true]);
});

test('requests that one connection sends at once are answered in their order', async () => {
  handle = answer;
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += chunk;
  expect(text.match(/answer to \/\d/g)).toEqual(['answer to /1', 'answer to /2']);
});

test('one who has gone meanwhile holds nobody up', async () => {
  handle = (request, response) => {
    answer(request, response);
    if (request.url === '/gone') request.socket.destroy();
  };
  const outcomes = await Promise.allSettled([ask('/gone'), ask('/here'), ask('/too')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});

test('an answer without a body has none', async () => {
  handle = (_request, response) => {
    response.writeHead(204);
    outbox.end(response, undefined);
  };
  expect(await ask('/a')).toBe('');
});
