/** What keys there are of which drop, whoever wrote them. Walks all of Redis in small steps; for cleaning up, never for a request. */
import { primariesOf } from '@sluice/service-kit';
import type { Redis } from 'ioredis';
import { DROPS_KEY, dropOfKey } from './keys.ts';

const KEYS_AT_ONCE = 1000;

export interface FoundDrop {
  readonly drop: string;
  /** Those that would stay for ever: what runs out by itself is not counted. */
  readonly keys: readonly string[];
  /** As Redis estimates. */
  readonly bytes: number;
  readonly isListed: boolean;
}

export async function scanDrops(redis: Redis): Promise<FoundDrop[]> {
  const found = new Map<string, { keys: string[]; bytes: number }>();
  const of = (drop: string) => {
    const known = found.get(drop) ?? { keys: [], bytes: 0 };
    found.set(drop, known);
    return known;
  };
  for (const server of primariesOf(redis)) await scanServer(server);

  async function scanServer(server: Redis): Promise<void> {
    for (let cursor = '0'; ; ) {
      const [next, keys] = await server.scan(cursor, 'COUNT', KEYS_AT_ONCE);
      const own = keys.filter((key) => dropOfKey(key) !== undefined);
      await Promise.all(own.map(note));
      cursor = next;
      if (cursor === '0') return;
    }
  }

  async function note(key: string): Promise<void> {
    const [ttl, bytes] = await Promise.all([redis.pttl(key), redis.memory('USAGE', key)]);
    // A page of a roster outlives its drop by weeks; the rest that has a time is gone in seconds.
    if (ttl !== -1 && !key.includes('}:roster:')) return;
    const one = of(dropOfKey(key) as string);
    if (one.keys.includes(key)) return;
    one.keys.push(key);
    one.bytes += Number(bytes ?? 0);
  }

  const listed = new Set(await redis.zrange(DROPS_KEY, '0', '-1'));
  for (const drop of listed) of(drop);
  return [...found].map(([drop, { keys, bytes }]) => ({ drop, keys, bytes, isListed: listed.has(drop) }));
}

/** Removes keys one by one. @returns how many were there */
export async function removeKeys(redis: Redis, keys: readonly string[]): Promise<number> {
  let removed = 0;
  for (const key of keys) removed += await redis.unlink(key);
  return removed;
}
