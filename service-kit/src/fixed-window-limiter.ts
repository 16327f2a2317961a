/** A request limit in memory for answers that are given before the router: a count per key and window, bounded in size. */

/** Keys of one window; beyond that the window starts anew, which lets a few more through rather than exhaust memory. */
const KEYS_MAX = 200_000;

interface Count {
  taken: number;
  /** End of the window it belongs to. */
  readonly endsMs: number;
}

/** What a caller who sees the same key again and again may keep of it, so that its count is not looked up each time. */
export interface KeptCount {
  count?: Count;
}

export class FixedWindowLimiter {
  readonly #max: number;
  readonly #windowMs: number;
  readonly #counts = new Map<string, Count>();
  #endsMs = 0;

  constructor({ max, windowMs }: { readonly max: number; readonly windowMs: number }) {
    this.#max = max;
    this.#windowMs = windowMs;
  }

  /** Counts one request; false when the key has used up its share of this window. */
  take(key: string, nowMs = performance.now()): boolean {
    return ++this.#countOf(key, nowMs).taken <= this.#max;
  }

  /** Whether another request of the key would be within its share; counts nothing. */
  hasLeft(key: string, nowMs = performance.now()): boolean {
    return this.#countOf(key, nowMs).taken < this.#max;
  }

  /** The same as {@link take}, for a caller who keeps `kept` for this key. */
  takeKept(kept: KeptCount, key: string, nowMs = performance.now()): boolean {
    if (kept.count?.endsMs !== this.#endsMs || nowMs >= this.#endsMs) kept.count = this.#countOf(key, nowMs);
    return ++kept.count.taken <= this.#max;
  }

  #countOf(key: string, nowMs: number): Count {
    if (nowMs >= this.#endsMs || this.#counts.size > KEYS_MAX) {
      this.#counts.clear();
      this.#endsMs = nowMs + this.#windowMs;
    }
    let count = this.#counts.get(key);
    if (count === undefined) {
      count = { taken: 0, endsMs: this.#endsMs };
      this.#counts.set(key, count);
    }
    return count;
  }

  /** Whole seconds until the next window, at least one. */
  secondsLeft(nowMs = performance.now()): number {
    return Math.max(1, Math.ceil((this.#endsMs - nowMs) / 1000));
  }
}
