/** Waits for what Redis does beside its commands, which would be measured too. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';

const LOOK_MS = 50;

/** True while a child of Redis writes its file anew: every page that a command touches is then copied first. */
export async function isRewriting(redis: Redis): Promise<boolean> {
  return /aof_rewrite_(?:in_progress|scheduled):1/.test(await redis.info('persistence'));
}

/** No file is being rewritten and nothing that was removed is still being freed. */
export async function untilSettled(redis: Redis): Promise<void> {
  const isFreeing = async () => !/lazyfree_pending_objects:0\b/.test(await redis.info('memory'));
  while ((await isRewriting(redis)) || (await isFreeing())) await pause(LOOK_MS);
}
