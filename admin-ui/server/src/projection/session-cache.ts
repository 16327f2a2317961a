/** Signed-in sessions in Redis, for the time in which Postgres does not answer. What is in here is signed by whoever reads it. */
import type { Redis } from 'ioredis';

const sessionKey = (digest: string) => `admin:session:${digest}`;
const endedKey = (id: string) => `admin:ended:${id}`;

export interface SessionCache {
  keep(digest: string, text: string, ttlMs: number): Promise<void>;
  read(digest: string): Promise<string | null>;
  /** Of a session or of all of an account: nothing kept before now counts. */
  end(id: string, ttlMs: number): Promise<void>;
  /** When those ids were last ended, in ms; 0 for never. */
  endedAt(ids: readonly string[]): Promise<number>;
}

export function createSessionCache(redis: Redis): SessionCache {
  return {
    async keep(digest, text, ttlMs) {
      await redis.set(sessionKey(digest), text, 'PX', ttlMs);
    },
    read: (digest) => redis.get(sessionKey(digest)),
    async end(id, ttlMs) {
      await redis.set(endedKey(id), String(Date.now()), 'PX', ttlMs);
    },
    async endedAt(ids) {
      const times = await Promise.all(ids.map((id) => redis.get(endedKey(id))));
      return Math.max(0, ...times.map(Number));
    },
  };
}
