/**
 * With replicas a grant is only worth a token once one of them has it: otherwise a failover could forget it and grant again
 * (Q29). Without replicas there is nobody to wait for; docs/architecture.md says what that means.
 */
import type { Redis } from 'ioredis';
import { unavailable } from './commands.ts';

/** A replica on the same network answers in a millisecond; one that takes this long is as good as gone. */
const ACKNOWLEDGE_MS = 400;

/** How often the number of replicas is read. */
const LOOK_EVERY_MS = 1000;

export class Replicas {
  readonly #redis: Redis;
  #count = 0;
  #lookedAtMs = -Infinity;

  /** @param redis the connection that the grants were made on: WAIT counts the writes of its own connection */
  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** @throws Problem 503 `store-unavailable` when no replica has the newest writes of this connection */
  async acknowledge(): Promise<void> {
    await this.#look();
    if (this.#count === 0) return;
    if ((await this.#redis.wait(1, ACKNOWLEDGE_MS)) === 0) {
      throw unavailable('The token is not safe from a failover yet; asking again gives the same one.');
    }
  }

  async #look(): Promise<void> {
    if (performance.now() - this.#lookedAtMs < LOOK_EVERY_MS) return;
    const connected = /^connected_slaves:(\d+)/m.exec(await this.#redis.info('replication'))?.[1];
    this.#count = Number(connected ?? 0);
    this.#lookedAtMs = performance.now();
  }
}
