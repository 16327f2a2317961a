/**
 * CPU time that processes have used, from /proc and, for Redis, from its own INFO. Undefined where it can't be read: on
 * another system than Linux, or for a store on another machine.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';

/** Linux reports CPU time to processes in hundredths of a second, whatever the kernel's own tick. */
const MS_PER_TICK = 10;
// Fields of /proc/<pid>/stat after the command name in brackets, which may itself hold spaces.
const PARENT = 1;
const USER = 11;
const SYSTEM = 12;
const USER_OF_ENDED = 13;
const SYSTEM_OF_ENDED = 14;

/** All threads of a process, in ms. */
export function processCpuMs(pid: number): number | undefined {
  const fields = statOf(pid);
  return fields && ticks(fields, USER, SYSTEM) * MS_PER_TICK;
}

/** The server with its background threads and the children that rewrite its files, in ms. */
export async function redisCpuMs(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  const seconds = [...info.matchAll(/^used_cpu_(?:sys|user)(?:_children)?:([\d.]+)/gm)];
  return seconds.reduce((sum, [, value]) => sum + Number(value), 0) * 1000;
}

/** Commands the server has run so far, those within scripts too. */
export async function redisCommands(redis: Redis): Promise<number> {
  const info = await redis.info('commandstats');
  return [...info.matchAll(/:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

/** Postmaster, background processes and backends, those that have ended too, in ms. */
export async function postgresCpuMs(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  const postmaster = statOf(rows[0]?.pid ?? 0)?.[PARENT];
  const fields = statOf(Number(postmaster ?? 0));
  if (!fields || !isPostgres(Number(postmaster))) return undefined; // pids of another machine
  let sum = ticks(fields, USER, SYSTEM, USER_OF_ENDED, SYSTEM_OF_ENDED);
  for (const name of readdirSync('/proc')) {
    const child = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (child?.[PARENT] === postmaster) sum += ticks(child as string[], USER, SYSTEM);
  }
  return sum * MS_PER_TICK;
}

function isPostgres(pid: number): boolean {
  return readFileSync(`/proc/${pid}/comm`, 'latin1').startsWith('postgres');
}

function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function ticks(fields: readonly string[], ...indexes: number[]): number {
  return indexes.reduce((sum, index) => sum + Number(fields[index]), 0);
}
