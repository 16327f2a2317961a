/** The public stock picture of a drop as the checkout last wrote it, for those who look often: what is known costs one number. */
import { timeOf } from '@sluice/service-kit';
import type { Redis } from 'ioredis';
import { stockKey } from './keys.ts';
import type { StockPicture } from './queue.ts';

/** @param known version that the caller has. @returns null when there is no other: nothing new, or no picture */
export async function readStockPicture(
  redis: Redis,
  drop: string,
  known: string | null,
): Promise<StockPicture | null> {
  const key = stockKey(drop);
  const version = await redis.hget(key, 'version');
  if (version === null || version === known) return null;
  const [written, json] = await redis.hmget(key, 'version', 'json');
  if (written == null || json == null || !isJson(json)) return null;
  return { version: written, json };
}

/** A checkout that is silent for so long has no picture any more, rather than a wrong one. As long as our own checkout's. */
const LIFETIME_MS = 30_000;

/** Writes the picture for a checkout that has no way to Redis. Versions are Redis time: they rise, whoever writes. */
export async function writeStockPicture(redis: Redis, drop: string, json: string): Promise<void> {
  const key = stockKey(drop);
  const version = await timeOf(redis, key);
  const replies = await redis
    .multi()
    .hset(key, { version: String(version), json })
    .pexpire(key, LIFETIME_MS)
    .exec();
  for (const [error] of replies ?? []) if (error) throw error;
}

/** The checkout's text stands in our own events: what would break them is left out. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return !text.includes('\n');
  } catch {
    return false;
  }
}
