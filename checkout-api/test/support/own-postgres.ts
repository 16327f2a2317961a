/** A Postgres server of a test's own, for what must not happen to the one that all tests share: settings, stops, crashes. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOwnPostgres as startIn } from '../../../scripts/lib/own-postgres.mjs';

export interface OwnPostgres {
  /** Of its database `postgres`; the same after a restart. */
  readonly url: string;
  readonly port: number;
  /** Ends it as a crash would (no checkpoint, no word to the clients) and starts it again on the same data and port. */
  crash(): Promise<void>;
  /** The first half of a crash; `start` is the second. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops the server and all its backends where they are; `thaw` lets them go on. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export async function startOwnPostgres(settings: readonly string[] = []): Promise<OwnPostgres> {
  const server = await startIn(mkdtempSync(join(tmpdir(), 'sluice-postgres-')), settings);
  return {
    ...server,
    async crash() {
      await server.crash();
      await server.start();
    },
    stop: server.crash,
    close: server.remove,
  };
}
