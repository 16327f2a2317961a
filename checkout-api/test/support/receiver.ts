/** Somebody else's server, on loopback: remembers what it was sent and answers as it is told. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: Record<string, string>;
  body: string;
}

export interface Receiver {
  url: string;
  port: number;
  requests: Received[];
  /** What it answers with; `hang`: nothing. */
  status: number | 'hang';
  headers: Record<string, string>;
  close(): Promise<void>;
}

export async function startReceiver(host = '127.0.0.1', port = 0): Promise<Receiver> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      receiver.requests.push({ headers: request.headers as Record<string, string>, body });
      if (receiver.status !== 'hang') response.writeHead(receiver.status, receiver.headers).end('taken');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const taken = (server.address() as AddressInfo).port;
  const receiver: Receiver = {
    url: `http://${host}:${taken}/hook`,
    port: taken,
    requests: [],
    status: 200,
    headers: {},
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
