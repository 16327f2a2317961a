import { once } from 'node:events';
import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { AnswerHead } from '../../src/answer-head.ts';

let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};
const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => handle(request, response));
let port = 0;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close().closeAllConnections());
afterEach(() => {
  vi.restoreAllMocks();
});

const FIXED = ['x-content-type-options', 'nosniff', 'content-type', 'text/plain'];
const GET = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';

/** All that the server sends for these requests, one after another on one connection, until its last answer is there. */
async function sentFor(requests: readonly string[], closes: boolean): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  const answers: string[] = [];
  for (const request of requests) {
    socket.write(request);
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    answers.push(bytes.toString('latin1').replace(/Date: [^\r]+/, 'Date: …'));
  }
  if (closes) await once(socket, 'close');
  socket.destroy();
  return answers;
}

/** The same answers by Node alone. */
const byNode = (status: number, body: string, own: readonly string[] = []) => {
  handle = (_request, response) => {
    response.writeHead(status, [...FIXED, 'content-length', String(body.length), ...own]);
    response.end(body, 'latin1');
  };
};
const byHead = (head: AnswerHead, body: string, own?: readonly string[]) => {
  handle = (_request, response) => {
    head.write(response, body.length, own);
    response.end(body, 'latin1');
  };
};

test.each([
  ['one after another', [GET, GET, GET], false],
  ['the last one closes', [GET, GET, 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'], true],
  ['an old client', ['GET / HTTP/1.0\r\nhost: a\r\n\r\n'], true],
  ['the head alone', ['HEAD / HTTP/1.1\r\nhost: a\r\n\r\n', 'HEAD / HTTP/1.1\r\nhost: a\r\n\r\n'], false],
])('an answer looks to the byte as Node itself writes it: %s', async (_name, requests, closes) => {
  const own = ['set-cookie', 'a=b; Path=/'];
  byNode(201, 'body', own);
  const expected = await sentFor(requests, closes);
  const head = new AnswerHead(201, FIXED);
  // Node has written it once before, on another connection.
  byHead(head, 'another body');
  await sentFor([GET], false);
  byHead(head, 'body', own);
  expect(await sentFor(requests, closes)).toEqual(expected);
});

test('what one client asked for, that its connection be closed, reaches no other', async () => {
  const head = new AnswerHead(200, FIXED);
  byHead(head, 'body');
  const [closed] = await sentFor(['GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'], true);
  expect(closed).toContain('Connection: close');
  for (const answer of await sentFor([GET, GET], false)) {
    expect(answer).toContain('Connection: keep-alive\r\nKeep-Alive: timeout=65\r\n');
    expect(answer).not.toContain('close');
  }
});

test('Node writes a head once a second, so that its date is right', async () => {
  const written = vi.spyOn(ServerResponse.prototype, 'writeHead');
  const now = vi.spyOn(Date, 'now').mockReturnValue(1_000_000_000_100);
  byHead(new AnswerHead(200, FIXED), 'body');
  await sentFor([GET, GET, GET], false);
  expect(written).toHaveBeenCalledTimes(1);
  now.mockReturnValue(1_000_000_001_000);
  await sentFor([GET, GET], false);
  expect(written).toHaveBeenCalledTimes(2);
});

test('promise 8: a value that would end its header is refused, not sent', async () => {
  const head = new AnswerHead(200, FIXED);
  byHead(head, 'body');
  await sentFor([GET], false);
  handle = (_request, response) => {
    const write = () => head.write(response, 4, ['location', '/a\r\nset-cookie: evil=1']);
    expect(write).toThrow(TypeError);
    head.write(response, 4);
    response.end('body');
  };
  const [answer] = await sentFor([GET], false);
  expect(answer).not.toContain('evil');
});
