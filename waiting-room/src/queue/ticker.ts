/** Ticks every live drop (Q16). Any instance may; a drop with nothing to move is left alone until its view shows work. */
import { isStoreFault, type Metrics, Problem } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import { nextTickMs, type TickNeed } from '../domain/tick-cadence.ts';
import type { Commands } from './commands.ts';
import type { Draws } from './draws.ts';
import { randomEpoch } from './epoch.ts';
import type { DropView, LimitedBy } from './queue.ts';

/** After a tick that failed: Redis is away, and every request finds that out by itself. */
const FAILED_MS = 500;

/** A limit that was told longer ago says nothing about now. */
const LIMIT_AGE_MS_MAX = 3000;

export interface TickerOptions {
  readonly commands: Commands;
  readonly draws: Pick<Draws, 'advance'>;
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
  readonly viewOf: (drop: string) => DropView | undefined;
}

export class Ticker {
  readonly #options: TickerOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  readonly #limits = new Map<string, { readonly by: LimitedBy; readonly atMs: number }>();
  readonly #ticks;
  #closed = false;

  constructor(options: TickerOptions) {
    this.#options = options;
    this.#ticks = options.metrics.counter({
      name: 'waiting_room_ticks_total',
      help: 'Ticks of drops by this instance',
      labelNames: ['outcome'],
    });
  }

  /** Looks whether the drop needs a tick, and sets its timer. Cheap: called for every view and every batch of joins. */
  consider(drop: string): void {
    if (this.#closed || this.#timers.has(drop)) return;
    const view = this.#options.viewOf(drop);
    if (view !== undefined)
      this.#schedule(drop, nextTickMs(view, this.#options.commands.clockOf(drop).nowUs()));
  }

  /** A shopper came to a drop that may have had nobody to tick for. */
  wake(drop: string): void {
    if (this.#closed || this.#timers.has(drop)) return;
    if (this.#options.viewOf(drop)?.phase === 'open') this.#schedule(drop, 0);
  }

  limitedBy(drop: string): LimitedBy | undefined {
    const limit = this.#limits.get(drop);
    return limit !== undefined && performance.now() - limit.atMs <= LIMIT_AGE_MS_MAX ? limit.by : undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #schedule(drop: string, delayMs: number | null): void {
    if (delayMs === null || this.#closed) return;
    const timer = setTimeout(() => {
      const tick = this.#tick(drop).then((nextMs) => {
        this.#running.delete(tick);
        this.#timers.delete(drop);
        this.#schedule(drop, nextMs);
      });
      this.#running.add(tick);
    }, delayMs);
    // While it ticks the timer stays in the map, so that nobody starts a second row of ticks.
    this.#timers.set(drop, timer);
  }

  /** One tick; returns when the next one is due. */
  async #tick(drop: string): Promise<number | null> {
    const { commands, draws, log, viewOf } = this.#options;
    try {
      const view = viewOf(drop);
      if (view === undefined) return null;
      const reply = await commands.run('advance-drop', drop, [randomEpoch()]);
      const [status, now, phase, limitedBy, entered, waiting, present, sessions] = reply;
      if (status !== 'ok') return null;
      this.#ticks.inc({ outcome: Number(entered) > 0 ? 'entered' : 'idle' });
      this.#limits.set(drop, { by: limitedBy as LimitedBy, atMs: performance.now() });
      if (phase === 'drawing') draws.advance(drop);
      const need = { phase, waiting, present, sessions } as Pick<
        TickNeed,
        'phase' | 'waiting' | 'present' | 'sessions'
      >;
      const { opensUs, closesUs, openedUs } = view;
      const opened = openedUs > 0 || Number(now) >= opensUs ? 1 : 0;
      return nextTickMs({ ...need, opensUs, closesUs, openedUs: opened }, Number(now));
    } catch (error) {
      this.#ticks.inc({ outcome: 'failed' });
      if (!isStoreFault(error) && !(error instanceof Problem)) log.error({ err: error, drop }, 'tick failed');
      return FAILED_MS;
    }
  }
}
