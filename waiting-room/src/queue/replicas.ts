/**
 * With replicas a grant is only worth a token once one of them has it: otherwise a failover could forget it and grant again
 * (Q29). Without replicas there is nobody to wait for; docs/architecture.md says what that means.
 */
import type { Redis } from 'ioredis';
import { unavailable } from './commands.ts';
import { dropKeys } from './keys.ts';

/** A replica on the same network answers in a millisecond; one that takes this long is as good as gone. */
const ACKNOWLEDGE_MS = 400;

/** How often the number of replicas is read. */
const LOOK_EVERY_MS = 1000;

/**
 * How many replicas the server of a key has, and whether it still is the run that the drop is known to be whole in: a server that
 * has just taken over would acknowledge writes that it never had. INFO itself has no key, so it goes by a script.
 */
const LOOK = `
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
  local replicas = string.match(redis.call('INFO', 'replication'), 'connected_slaves:(%d+)')
  return { redis.call('HGET', KEYS[1], 'run_id') == run and 1 or 0, tonumber(replicas or 0) }`;

export class Replicas {
  readonly #redis: Redis;
  readonly #counts = new Map<string, { readonly count: number; readonly atMs: number }>();

  /** @param redis the connection that the grants were made on: WAIT counts the writes of its own connection */
  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** @throws Problem 503 `store-unavailable` when no replica has the newest writes of this connection */
  async acknowledge(drop: string): Promise<void> {
    const key = dropKeys(drop).control;
    const seen = this.#counts.get(drop);
    const isFresh = seen !== undefined && performance.now() - seen.atMs < LOOK_EVERY_MS;
    const count = isFresh ? seen.count : this.#count(drop, await this.#redis.eval(LOOK, 1, key));
    // WAIT would wait for replicas that are not there.
    if (count === 0) return;
    // One trip to one server: a pipeline goes where its first key lies.
    const replies = await this.#redis.pipeline().eval(LOOK, 1, key).wait(1, ACKNOWLEDGE_MS).exec();
    this.#count(drop, replyOf(replies?.[0]));
    if (Number(replyOf(replies?.[1])) === 0) throw notSafe();
  }

  forget(drop: string): void {
    this.#counts.delete(drop);
  }

  #count(drop: string, look: unknown): number {
    const [isWhole, count] = look as [number, number];
    if (isWhole !== 1) throw notSafe();
    this.#counts.set(drop, { count, atMs: performance.now() });
    return count;
  }
}

const notSafe = () =>
  unavailable('The token is not safe from a failover yet; asking again gives the same one.');

function replyOf(reply: [Error | null, unknown] | undefined): unknown {
  if (reply?.[0]) throw reply[0];
  return reply?.[1];
}
