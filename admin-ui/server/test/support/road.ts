/** A road to a real store that can be cut or blocked, so that the store itself may go on serving other tests. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Road {
  /** The address given, through this road. */
  readonly url: string;
  /** Neither cut nor blocked. */
  readonly isOpen: boolean;
  /** Every connection breaks, new ones are refused at once. */
  cut(): void;
  /** Connections stay, nothing passes: a server that has gone silent. */
  block(): void;
  restore(): void;
  close(): Promise<void>;
}

export async function startRoad(target: string, defaultPort: number): Promise<Road> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  let mode: 'open' | 'cut' | 'blocked' = 'open';
  const server = createServer((near) => {
    if (mode === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(to.port) || defaultPort, to.hostname);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (mode === 'open') into.write(bytes);
      });
      from.on('error', () => into.destroy());
      from.on('close', () => {
        sockets.delete(from);
        into.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    get isOpen() {
      return mode === 'open';
    },
    cut() {
      mode = 'cut';
      breakAll();
    },
    block() {
      mode = 'blocked';
    },
    restore() {
      // What was swallowed is missing from its connection: that one can never be used again.
      breakAll();
      mode = 'open';
    },
    close() {
      breakAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
