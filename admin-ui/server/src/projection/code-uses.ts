/** Uses of codes as the room counts them (waiting-room/lua/lib/use-code.lua). */
import type { Redis } from 'ioredis';
import { dropKeys } from './keys.ts';

/** By number of the batch. */
export async function readCodeUses(
  redis: Redis,
  drop: string,
  batches: readonly number[],
): Promise<Map<number, number>> {
  if (batches.length === 0) return new Map();
  const counts = await redis.hmget(dropKeys(drop).uses, ...batches.map(String));
  return new Map(batches.map((number, at) => [number, Number(counts[at] ?? 0)]));
}

export interface ToldUse {
  /** Of all that used its codes, from 1. */
  readonly use: number;
  /** Public number of the ticket; null where Redis has forgotten it. */
  readonly ticket: string | null;
  /** By Redis's clock. */
  readonly usedAt: string | null;
}

export async function readToldUses(
  redis: Redis,
  drop: string,
  batch: number,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): Promise<ToldUse[]> {
  const uses = Array.from({ length: upTo - after }, (_, at) => after + at + 1);
  const texts = await redis.hmget(dropKeys(drop).uses, ...uses.map((use) => `${batch}#${use}`));
  return uses.map((use, at) => {
    const [ticket = null, us] = texts[at]?.split(':') ?? [];
    return { use, ticket, usedAt: us === undefined ? null : new Date(Number(us) / 1000).toISOString() };
  });
}
