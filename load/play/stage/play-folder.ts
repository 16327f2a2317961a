/** A play's own folder: logs and keys of its services. Kept only when something went wrong; older ones are swept by the next play. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { dataRoot } from '../../../scripts/lib/repo.mjs';

export interface PlayFolder {
  /** Unique among the plays that run at the same time. */
  readonly name: string;
  readonly path: string;
  remove(): void;
}

export function openPlayFolder(): PlayFolder {
  const plays = join(dataRoot, 'plays');
  mkdirSync(plays, { recursive: true });
  for (const left of readdirSync(plays)) {
    if (!isAlive(Number(left.split('-')[1]))) rmSync(join(plays, left), { recursive: true, force: true });
  }
  const name = `play-${process.pid}`;
  const path = join(plays, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return { name, path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what the play put on a server that may be somebody's own. */
export async function dropDatabase(serverUrl: string, databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    const name = client.escapeIdentifier(new URL(databaseUrl).pathname.slice(1));
    await client.query(`drop database if exists ${name} with (force)`);
  } finally {
    await client.end();
  }
}
