/** A request limit in memory for answers that are given before the router: a count per key and window, bounded in size. */

/** Keys of one window; beyond that the window starts anew, which lets a few more through rather than exhaust memory. */
const KEYS_MAX = 200_000;

export class FixedWindowLimiter {
  readonly #max: number;
  readonly #windowMs: number;
  readonly #counts = new Map<string, { taken: number }>();
  #endsMs = 0;

  constructor({ max, windowMs }: { readonly max: number; readonly windowMs: number }) {
    this.#max = max;
    this.#windowMs = windowMs;
  }

  /** Counts one request; false when the key has used up its share of this window. */
  take(key: string, nowMs = performance.now()): boolean {
    if (nowMs >= this.#endsMs || this.#counts.size > KEYS_MAX) {
      this.#counts.clear();
      this.#endsMs = nowMs + this.#windowMs;
    }
    const count = this.#counts.get(key);
    if (count) return ++count.taken <= this.#max;
    this.#counts.set(key, { taken: 1 });
    return this.#max >= 1;
  }

  /** Whole seconds until the next window, at least one. */
  secondsLeft(nowMs = performance.now()): number {
    return Math.max(1, Math.ceil((this.#endsMs - nowMs) / 1000));
  }
}
