/**
 * Watches the stock pictures of the drops that somebody has a stream of here. It looks instead of being told: an announcement
 * may be lost, and a look at one number of a drop, a dozen times a second, is nothing to Redis however many streams there are.
 */
import type { Queue, StockPicture } from '../queue/queue.ts';

/**
 * The checkout writes a change within some 50 ms; with this a stream tells of it within the 250 ms that are promised, and has
 * some left for passing it on.
 */
const LOOK_EVERY_MS = 80;
/** Telling all streams takes at most this part of the time, however many they are: then changes are told less often. */
const TELLING_SHARE_MAX = 0.2;

export interface StockWatchOptions {
  readonly queue: Pick<Queue, 'stockPicture'>;
  /** Tells everybody who has a stream of the drop. */
  readonly tell: (drop: string) => Promise<void>;
}

interface Watched {
  streams: number;
  picture: StockPicture | null;
}

export class StockWatch {
  readonly #options: StockWatchOptions;
  readonly #drops = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: StockWatchOptions) {
    this.#options = options;
  }

  /** One more stream of the drop. */
  add(drop: string): void {
    const watched = this.#drops.get(drop) ?? { streams: 0, picture: null };
    watched.streams++;
    this.#drops.set(drop, watched);
    if (this.#timer === undefined) this.#schedule(0);
  }

  /** One stream less. */
  remove(drop: string): void {
    const watched = this.#drops.get(drop);
    if (watched && --watched.streams === 0) this.#drops.delete(drop);
  }

  /** As last seen; null while nobody has looked, or there is none. */
  picture(drop: string): StockPicture | null {
    return this.#drops.get(drop)?.picture ?? null;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(async () => {
      const toldMs = await this.#look();
      this.#timer = undefined;
      if (this.#closed || this.#drops.size === 0) return;
      this.#schedule(Math.max(LOOK_EVERY_MS, toldMs * (1 / TELLING_SHARE_MAX - 1)));
    }, ms);
    this.#timer.unref();
  }

  /** @returns how long telling took, in ms */
  async #look(): Promise<number> {
    const looks = [...this.#drops].map(async ([drop, watched]) => {
      const { queue } = this.#options;
      // An unreachable Redis says nothing new.
      const seen = await queue.stockPicture(drop, watched.picture?.version ?? null).catch(() => null);
      if (seen === null) return null;
      watched.picture = seen;
      return drop;
    });
    const changed = (await Promise.all(looks)).filter((drop) => drop !== null);
    const startedAt = performance.now();
    for (const drop of changed) await this.#options.tell(drop);
    return changed.length === 0 ? 0 : performance.now() - startedAt;
  }
}
