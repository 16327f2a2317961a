/** The room's instances, as they tell of themselves in Redis. */
import type { Redis } from 'ioredis';
import { INSTANCES_KEY, instanceKey } from './keys.ts';

/** How long a heartbeat is kept (waiting-room/src/queue/heartbeat.ts): what is gone of it is its age, by Redis's clock. */
const KEPT_MS = 60_000;

export interface RoomInstance {
  readonly id: string;
  /** 0: it has not read the drop yet. */
  readonly policyVersion: number;
  readonly silentForMs: number;
}

/** By id; those that nobody has heard of for a minute are forgotten. */
export async function readInstances(redis: Redis, drop: string): Promise<RoomInstance[]> {
  const ids = (await redis.smembers(INSTANCES_KEY)).sort();
  const found = await Promise.all(
    ids.map(async (id): Promise<RoomInstance | undefined> => {
      const [text, leftMs] = await Promise.all([redis.get(instanceKey(id)), redis.pttl(instanceKey(id))]);
      if (text === null || leftMs < 0) {
        await redis.srem(INSTANCES_KEY, id);
        return undefined;
      }
      const policyVersion = Number((JSON.parse(text) as Record<string, unknown>)[drop] ?? 0);
      return { id, policyVersion, silentForMs: Math.max(0, KEPT_MS - leftMs) };
    }),
  );
  return found.filter((one) => one !== undefined);
}
