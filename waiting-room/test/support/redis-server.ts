/** Redis servers of a test's own, to be emptied, stopped, killed, frozen and promoted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { freePort } from '../../../scripts/lib/ports.mjs';

export interface RedisServer {
  readonly port: number;
  readonly folder: string;
  /** A connection of the test's own, made anew after a restart. */
  client(): Redis;
  /** Ends it as an operator would: everything is written. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Starts it again on its port and data. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** @param settings further redis.conf directives, such as `['replicaof', '127.0.0.1 7000']` */
export async function startRedisServer(
  settings: readonly (readonly [string, string])[] = [],
): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'room-redis-'));
  const clients = new Set<Redis>();
  let child: ChildProcess | undefined;

  const ended = async () => {
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    child = undefined;
  };
  const server: RedisServer = {
    port,
    folder,
    client() {
      const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 2, commandTimeout: 10_000 });
      client.on('error', () => {});
      clients.add(client);
      return client;
    },
    async stop() {
      child?.kill('SIGTERM');
      await ended();
    },
    async kill() {
      child?.kill('SIGKILL');
      await ended();
    },
    signal(name) {
      child?.kill(name);
    },
    async start() {
      const options = [
        ['port', String(port)],
        ['bind', '127.0.0.1'],
        ['dir', folder],
        ['appendonly', 'yes'],
        // Whoever is answered stands in the file, which is all that outlives a killed process; a busy disk holds nobody up.
        ['appendfsync', 'no'],
        ['save', ''],
        ['repl-diskless-sync-delay', '0'],
        ...settings,
      ];
      child = spawn(
        'redis-server',
        options.flatMap(([name, value]) => [
          `--${name}`,
          ...(value === '' ? [''] : (value as string).split(' ')),
        ]),
        { stdio: 'ignore' },
      );
      const client = server.client();
      await waitUntil(async () => (await client.ping().catch(() => '')) === 'PONG');
      client.disconnect();
    },
    async remove() {
      for (const client of clients) client.disconnect();
      child?.kill('SIGCONT');
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
