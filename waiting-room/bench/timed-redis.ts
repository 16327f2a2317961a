/** Runs the engine's commands and keeps how long each kept Redis busy, by Redis's own clock. */
import type { Redis } from 'ioredis';

export interface TimedRedis {
  /** Stands in for the client that `Commands` runs its scripts on. */
  readonly redis: Redis;
  /** µs of each script since the last call of this, in order. */
  take(): number[];
}

/**
 * Each script stands between two `TIME`s in one transaction, so that nothing of another client, of the network or of this
 * process is in its figure; what one `TIME` takes, about a microsecond, is.
 */
export function timeScripts(redis: Redis): TimedRedis {
  let tookUs: number[] = [];
  const timed = async (name: 'eval' | 'evalsha', args: readonly (string | number)[]) => {
    const [script, keys, ...rest] = args as [string, number, ...(string | number)[]];
    const replies = await redis
      .multi()
      .time()
      [name](script, keys, ...rest)
      .time()
      .exec();
    const [before, reply, after] = (replies ?? []).map(([error, value]) => {
      if (error) throw error;
      return value;
    });
    tookUs.push(microseconds(after) - microseconds(before));
    return reply;
  };
  const stand = {
    evalsha: (...args: (string | number)[]) => timed('evalsha', args),
    eval: (...args: (string | number)[]) => timed('eval', args),
    time: () => redis.time(),
  };
  return {
    redis: stand as unknown as Redis,
    take() {
      const taken = tookUs;
      tookUs = [];
      return taken;
    },
  };
}

function microseconds(time: unknown): number {
  const [seconds, micros] = time as [string, string];
  return Number(seconds) * 1_000_000 + Number(micros);
}
