/** Measured entries a minute, from the running total that all instances share. */

const WINDOW_MS = 30_000;
/** Less than this tells noise, not a pace. */
const SPAN_MS_MIN = 3000;

export class Outflow {
  #samples: { readonly atMs: number; readonly total: number }[] = [];

  /**
   * Takes a total and answers the pace over the last half minute; 0 while there is too little to tell.
   * @param atMs Redis time; a total or time that went back (a restored store) starts the measurement anew
   */
  measure(total: number, atMs: number): number {
    const last = this.#samples.at(-1);
    if (last !== undefined && (total < last.total || atMs < last.atMs)) this.#samples = [];
    this.#samples.push({ atMs, total });
    const oldest = this.#samples.findIndex((sample) => sample.atMs >= atMs - WINDOW_MS);
    if (oldest > 0) this.#samples = this.#samples.slice(oldest);
    const first = this.#samples[0] as { atMs: number; total: number };
    const spanMs = atMs - first.atMs;
    return spanMs < SPAN_MS_MIN ? 0 : ((total - first.total) * 60_000) / spanMs;
  }
}
