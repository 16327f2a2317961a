/** Looks acknowledged places up in the queue itself. */
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** Members asked for in one command: Redis answers others in between. */
const CHUNK = 1_000;

/**
 * Every acknowledged place is in the queue, no two are the same, and nobody else is.
 * @param file public numbers, one a line
 * @throws Error otherwise
 */
export async function demandAllWaiting(
  redis: Redis,
  drop: string,
  file: string,
  expected: { readonly acknowledged: number; readonly others: number },
): Promise<void> {
  const numbers = readFileSync(file, 'latin1').split('\n').slice(0, -1);
  if (numbers.length !== expected.acknowledged)
    throw new Error(`${expected.acknowledged} joins were answered, ${numbers.length} tickets were kept`);
  const key = `wr:{${drop}}:waiting`;
  let missing = 0;
  for (let at = 0; at < numbers.length; at += CHUNK) {
    const orders = await redis.zmscore(key, ...numbers.slice(at, at + CHUNK));
    missing += orders.filter((order) => order === null).length;
  }
  if (missing > 0)
    throw new Error(`${missing} of ${numbers.length} acknowledged tickets are not in the queue`);
  const waiting = await redis.zcard(key);
  if (waiting !== numbers.length + expected.others)
    throw new Error(
      `${numbers.length} tickets were acknowledged, ${waiting - expected.others} wait: some are the same`,
    );
}

/**
 * No two arrivals have the same order.
 * @throws Error otherwise
 */
export async function demandOwnOrders(redis: Redis, drop: string, arrivals: number): Promise<void> {
  const key = `wr:{${drop}}:waiting`;
  const orders = new Set<string>();
  let seen = 0;
  // Arrivals stand behind every drawn order.
  for (let from = (await redis.zcard(key)) - arrivals; ; from += CHUNK) {
    const entries = await redis.zrange(key, String(from), String(from + CHUNK - 1), 'WITHSCORES');
    for (let at = 1; at < entries.length; at += 2) orders.add(entries[at] as string);
    seen += entries.length / 2;
    if (entries.length < 2 * CHUNK) break;
  }
  if (orders.size !== arrivals || seen !== arrivals)
    throw new Error(`${arrivals} arrivals have ${orders.size} orders`);
}
