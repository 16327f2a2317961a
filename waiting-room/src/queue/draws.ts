/**
 * Takes a drop through `drawing` (Q10): the roster is built by one instance, its root published, the seed revealed at
 * least a second later, and only then is anybody called. Any instance may go on where another was killed.
 */
import { Worker } from 'node:worker_threads';
import { isStoreFault, Problem } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Redis } from 'ioredis';
import type { RosterHead } from '../domain/roster.ts';
import type { Commands } from './commands.ts';
import { dropKeys } from './keys.ts';

/** A builder that died is replaced after this; one that lives says so three times as often. */
const LEASE_MS = 6000;

export interface DrawsOptions {
  readonly redis: Redis;
  /** The worker's own connection. */
  readonly redisUrl: string;
  readonly commands: Commands;
  readonly instanceId: string;
  readonly log: FastifyBaseLogger;
}

export class Draws {
  readonly #options: DrawsOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #workers = new Set<Worker>();
  #closed = false;

  constructor(options: DrawsOptions) {
    this.#options = options;
  }

  /** Begins the next step of a drop in `drawing`, unless this instance is at it already. A step that fails is tried with the next tick. */
  advance(drop: string): void {
    if (this.#closed || this.#running.has(drop)) return;
    const step = this.#step(drop)
      .catch((error: unknown) => {
        if (!isStoreFault(error) && !(error instanceof Problem) && !this.#closed)
          this.#options.log.error({ err: error, drop }, 'the draw could not go on');
      })
      .finally(() => this.#running.delete(drop));
    this.#running.set(drop, step);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
    await Promise.all(this.#running.values());
  }

  async #step(drop: string): Promise<void> {
    const { redis, commands } = this.#options;
    const root = await redis.hget(dropKeys(drop).control, 'roster_root');
    if (root) await commands.run('reveal-draw', drop, []);
    else await this.#build(drop);
  }

  async #build(drop: string): Promise<void> {
    const { redis, redisUrl, commands, instanceId, log } = this.#options;
    const lease = dropKeys(drop).drawLease;
    if ((await redis.set(lease, instanceId, 'PX', LEASE_MS, 'NX')) === null) return;
    const renewing = setInterval(() => void redis.pexpire(lease, LEASE_MS).catch(() => {}), LEASE_MS / 3);
    try {
      const startedAt = performance.now();
      const head = await this.#runWorker({ redisUrl, drop });
      await commands.run('publish-roster', drop, [head.root, JSON.stringify(head)]);
      log.info(
        { drop, tickets: head.size, root: head.root, tookMs: Math.round(performance.now() - startedAt) },
        'roster published',
      );
    } finally {
      clearInterval(renewing);
      await redis.del(lease).catch(() => {});
    }
  }

  #runWorker(workerData: { readonly redisUrl: string; readonly drop: string }): Promise<RosterHead> {
    const worker = new Worker(new URL('roster-worker.ts', import.meta.url), { workerData });
    this.#workers.add(worker);
    return new Promise<RosterHead>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the roster's worker ended with ${code}`)));
    }).finally(() => this.#workers.delete(worker));
  }
}
