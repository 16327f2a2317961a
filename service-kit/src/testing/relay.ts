/** A TCP relay in front of a store: it can be cut, silenced, turned to another server and mended while clients hold connections through it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where in an exchange a connection is cut: the store has not seen the request, is at it, or has done it. */
export type CutAt = 'before-request' | 'after-request' | 'before-answer';

export interface Relay {
  /** The store's address by way of the relay. */
  readonly url: string;
  /** Ends all connections; new ones are refused until it is mended. */
  cut(): void;
  /** Cuts the connection of the next request that holds `text`; resolves when it has been cut. */
  cutNext(text: string, at: CutAt): Promise<void>;
  /** Connections stay and nothing passes, either way, as through a network that has gone. */
  silence(): void;
  /** As in the beginning. Connections that were silent end: a stream that missed bytes is of no use. */
  mend(): void;
  /** Sends new connections to another server of this machine, and ends those there are: what a failover does. */
  point(port: number): void;
  close(): Promise<void>;
}

type Pair = readonly [near: Socket, far: Socket];

/** @param storeUrl of the store, with everything else that its URL says */
export async function startRelay(storeUrl: string): Promise<Relay> {
  const store = new URL(storeUrl);
  let target = { host: store.hostname, port: Number(store.port) };
  const pairs = new Set<Pair>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  let next: { readonly text: string; readonly at: CutAt; readonly done: () => void } | undefined;

  const end = (pair: Pair) => {
    for (const socket of pair) socket.destroy();
    pairs.delete(pair);
  };
  const endAll = () => {
    for (const pair of pairs) end(pair);
  };

  const server = createServer((near) => {
    if (state === 'cut') return near.destroy();
    const far = connect(target);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => end(pair)).on('close', () => end(pair));
    }
    /** Ends the pair when the answer to the request that is to be cut comes. */
    let swallow: (() => void) | undefined;
    near.on('data', (chunk) => {
      if (state === 'silent') return;
      if (next === undefined || !chunk.includes(next.text)) return void far.write(chunk);
      const { at, done } = next;
      next = undefined;
      const now = () => {
        end(pair);
        done();
      };
      if (at === 'before-request') return now();
      if (at === 'before-answer') swallow = now;
      far.write(chunk, at === 'after-request' ? now : undefined);
    });
    far.on('data', (chunk) => {
      if (swallow !== undefined) swallow();
      else if (state !== 'silent') near.write(chunk);
    });
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(store);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  return {
    url: url.href,
    cut() {
      state = 'cut';
      endAll();
    },
    cutNext: (text, at) =>
      new Promise((done) => {
        next = { text, at, done };
      }),
    silence() {
      state = 'silent';
    },
    mend() {
      if (state === 'silent') endAll();
      state = 'open';
    },
    point(port) {
      target = { host: '127.0.0.1', port };
      endAll();
    },
    close() {
      endAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
