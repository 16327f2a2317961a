/** A connection that can break where a test wants it to, between the service and a store. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** Where in an exchange the connection is cut: the store has not seen the request, is at it, or has done it. */
export type CutAt = 'before-request' | 'after-request' | 'before-answer';

export interface TcpProxy {
  /** The store's address by way of the proxy. */
  url: string;
  /** Cuts the connection of the next request that holds `text`; resolves when it has been cut. */
  cutNext(text: string, at: CutAt): Promise<void>;
  /** Cuts every connection; new ones are refused while `isDown`. */
  takeDown(): void;
  /** Connections stay and nothing passes, as through a network that has gone. */
  silence(): void;
  /** Everything passes again. */
  restore(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(storeUrl: string): Promise<TcpProxy> {
  const store = new URL(storeUrl);
  const pairs = new Set<[Socket, Socket]>();
  let isDown = false;
  let isSilent = false;
  let cut: { text: string; at: CutAt; done: () => void } | undefined;

  const end = (pair: [Socket, Socket]) => {
    for (const socket of pair) socket.destroy();
    pairs.delete(pair);
  };

  const server = createServer((client) => {
    const upstream = connect(Number(store.port), store.hostname);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    if (isDown) return end(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => end(pair));
      socket.on('close', () => end(pair));
    }
    let swallow: (() => void) | undefined;
    client.on('data', (chunk) => {
      if (isSilent) return;
      if (cut === undefined || !chunk.includes(cut.text)) {
        upstream.write(chunk);
        return;
      }
      const { at, done } = cut;
      cut = undefined;
      const now = () => {
        end(pair);
        done();
      };
      if (at === 'before-request') now();
      else if (at === 'after-request') upstream.write(chunk, now);
      else {
        swallow = now;
        upstream.write(chunk);
      }
    });
    upstream.on('data', (chunk) => {
      if (swallow !== undefined) swallow();
      else if (!isSilent) client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(storeUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  return {
    url: url.href,
    cutNext: (text, at) =>
      new Promise((done) => {
        cut = { text, at, done };
      }),
    takeDown() {
      isDown = true;
      for (const pair of pairs) end(pair);
    },
    silence() {
      isSilent = true;
    },
    restore() {
      isDown = false;
      // What was lost in the silence is lost: its connections are of no use any more.
      if (isSilent) for (const pair of pairs) end(pair);
      isSilent = false;
    },
    close() {
      for (const pair of pairs) end(pair);
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
