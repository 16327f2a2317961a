/**
 * Says each second that this instance lives, and which policy version of every drop it goes by; the control plane tells
 * operators from it who lags. How old it is, is told by what is left of its time in Redis, so no clock is compared.
 */
import type { FastifyBaseLogger } from 'fastify';
import type { Redis } from 'ioredis';
import { isUnavailable } from './commands.ts';
import { INSTANCES_KEY, instanceKey } from './keys.ts';
import type { DropView } from './queue.ts';

const EVERY_MS = 1000;
/** An instance that stopped in the middle is named for so long, then forgotten. The control plane knows it, too. */
const KEPT_MS = 60_000;

export interface HeartbeatOptions {
  readonly redis: Redis;
  readonly instanceId: string;
  readonly views: () => Iterable<DropView>;
  readonly log: FastifyBaseLogger;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  run(): void {
    this.#running = this.#beat()
      .catch((error: unknown) => {
        if (!isUnavailable(error))
          this.#options.log.error({ err: error }, 'a heartbeat could not be written');
      })
      .then(() => {
        if (!this.#closed) this.#timer = setTimeout(() => this.run(), EVERY_MS);
      });
  }

  /** An instance that ends on purpose is nobody's laggard. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
    const { redis, instanceId } = this.#options;
    await Promise.allSettled([redis.del(instanceKey(instanceId)), redis.srem(INSTANCES_KEY, instanceId)]);
  }

  async #beat(): Promise<void> {
    const { redis, instanceId, views } = this.#options;
    const versions = Object.fromEntries([...views()].map(({ drop, policyVersion }) => [drop, policyVersion]));
    await redis.set(instanceKey(instanceId), JSON.stringify(versions), 'PX', KEPT_MS);
    await redis.sadd(INSTANCES_KEY, instanceId);
  }
}
