/** Latencies in buckets 2 % wide from 1 µs to over a minute: adding one costs nanoseconds, memory is fixed. */

const STEP = Math.log(1.02);
const BUCKETS = 1_000;

export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  add(ms: number): void {
    const bucket = Math.floor(Math.log(Math.max(1, ms * 1000)) / STEP);
    const index = Math.min(bucket, BUCKETS - 1);
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#total++;
  }

  /** Milliseconds that `share` (0 to 1) of the latencies stay below, at most 2 % too high; 0 when there are none. */
  quantile(share: number): number {
    const wanted = share * this.#total;
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] as number;
      if (seen >= wanted && seen > 0) return Math.exp((bucket + 1) * STEP) / 1000;
    }
    return 0;
  }
}
