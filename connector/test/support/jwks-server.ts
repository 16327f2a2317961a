/** A real HTTP server for key documents that counts how often it is asked, and can be made to fail. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface JwksServer {
  readonly url: string;
  readonly asked: () => number;
  /** What is answered from now on: a document, or a status to fail with. */
  answer: unknown;
  close(): Promise<void>;
}

export async function startJwksServer(answer: unknown): Promise<JwksServer> {
  let asked = 0;
  const server = createServer((request, response) => {
    // Nothing but keys: lists of revocations, which verifiers look for beside them, are not here.
    if (request.url !== '/.well-known/jwks.json') {
      response.writeHead(404).end();
      return;
    }
    asked += 1;
    if (typeof jwksServer.answer === 'number') {
      response.writeHead(jwksServer.answer, { location: '/elsewhere' }).end();
    } else {
      response
        .setHeader('content-type', 'application/json')
        .end(typeof jwksServer.answer === 'string' ? jwksServer.answer : JSON.stringify(jwksServer.answer));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwksServer: JwksServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`,
    asked: () => asked,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return jwksServer;
}
