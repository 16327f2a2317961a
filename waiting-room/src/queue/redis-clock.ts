/** Redis time as this process can know it: last seen plus what the monotonic clock counted since (Q2). */
export class RedisClock {
  #seenUs = 0;
  #seenAtMs = 0;
  readonly #monotonicMs: () => number;

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
  }

  /** The newest reply is the truth, also when it is behind the last one: after a failover another server's clock rules. */
  see(redisUs: number): void {
    this.#seenUs = redisUs;
    this.#seenAtMs = this.#monotonicMs();
  }

  /** Redis time now, in µs; 0 before the first reply. */
  nowUs(): number {
    return this.#seenUs === 0 ? 0 : Math.round(this.#seenUs + (this.#monotonicMs() - this.#seenAtMs) * 1000);
  }

  /** Redis time after which a command sent now must do nothing any more. Before the first reply: always too late. */
  deadlineUs(timeoutMs: number): number {
    return this.nowUs() === 0 ? 0 : this.nowUs() + timeoutMs * 1000;
  }
}
