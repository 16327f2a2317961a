/** A Postgres server of a test's own, for what must not happen to the one that all tests share: settings, stops, crashes. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgresData } from '../../../scripts/lib/postgres-programs.mjs';
import { stopProcess } from '../../../scripts/lib/processes.mjs';
import { startPostgres } from '../../../scripts/lib/provision-postgres.mjs';

export interface OwnPostgres {
  /** Of its database `postgres`; the same after a restart. */
  url: string;
  port: number;
  /** Ends it as a crash would (no checkpoint, no word to the clients) and starts it again on the same data and port. */
  crash(): Promise<void>;
  /** Stops the server and all its backends where they are; `thaw` lets them go on. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export async function startOwnPostgres(settings: readonly string[] = []): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-postgres-'));
  let running = await startPostgres({ folder, settings });
  const { url, port } = running;
  const signalAll = (signal: NodeJS.Signals) => {
    const { pid } = running.server;
    for (const one of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(one, signal);
      } catch {
        // That backend has just ended.
      }
    }
  };
  return {
    url,
    port,
    async crash() {
      const ended = once(running.server.child, 'exit');
      running.server.child.kill('SIGQUIT');
      await ended;
      running = await startPostgres({ folder, port, settings });
    },
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    async close() {
      await stopProcess(running.server);
      removePostgresData(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => {
      try {
        return (
          readFileSync(`/proc/${one}/stat`, 'utf8')
            .replace(/^.*\) /, '')
            .split(' ')[1] === String(pid)
        );
      } catch {
        return false;
      }
    });
}
