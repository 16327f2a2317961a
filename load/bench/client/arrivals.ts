/** When shoppers come, however the service is doing: at a mean rate, by chance (Poisson), as crowds do. */
export class Arrivals {
  readonly #meanGapMs: number;
  readonly #endsAt: number;
  readonly #random: () => number;
  #dueAt: number;

  /** Times are of one clock, in ms. @param random from 0 to below 1 */
  constructor(perSecond: number, startsAt: number, endsAt: number, random: () => number = Math.random) {
    this.#meanGapMs = 1000 / perSecond;
    this.#endsAt = endsAt;
    this.#random = random;
    this.#dueAt = startsAt + this.#gap();
  }

  /** When the next shopper came, if by `now` one has whom nobody has taken yet; each is handed out once. */
  take(now: number): number | null {
    if (this.#dueAt > now || this.isOver) return null;
    const at = this.#dueAt;
    this.#dueAt += this.#gap();
    return at;
  }

  /** Nobody will come any more. */
  get isOver(): boolean {
    return this.#dueAt >= this.#endsAt;
  }

  #gap(): number {
    return -Math.log(1 - this.#random()) * this.#meanGapMs;
  }
}
