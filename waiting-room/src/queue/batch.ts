/**
 * Collects the requests of one event-loop turn, and those that arrive while a call is under way, into one call (Q13).
 * A lone request waits for nobody: it goes at the end of its turn.
 */

export interface BatchOptions<Request, Outcome> {
  /** Answers each request at its index. A rejection rejects every request of the batch and those waiting behind it. */
  readonly run: (requests: readonly Request[]) => Promise<readonly Outcome[]>;
  /** Members of one call at most (Q5). */
  readonly sizeMax: number;
  /** Requests that may wait for a call; beyond it `overloaded()` is thrown at once (promise 9). */
  readonly pendingMax: number;
  readonly overloaded: () => Error;
}

interface Entry<Request, Outcome> {
  readonly request: Request;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (reason: unknown) => void;
}

export class Batch<Request, Outcome> {
  readonly #options: BatchOptions<Request, Outcome>;
  #pending: Entry<Request, Outcome>[] = [];
  #running = false;

  constructor(options: BatchOptions<Request, Outcome>) {
    this.#options = options;
  }

  add(request: Request): Promise<Outcome> {
    if (this.#pending.length >= this.#options.pendingMax) return Promise.reject(this.#options.overloaded());
    return new Promise((resolve, reject) => {
      this.#pending.push({ request, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      setImmediate(() => void this.#drain());
    });
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const entries = this.#pending.slice(0, this.#options.sizeMax);
      this.#pending = this.#pending.slice(entries.length);
      try {
        const outcomes = await this.#options.run(entries.map((entry) => entry.request));
        entries.forEach((entry, index) => {
          entry.resolve(outcomes[index] as Outcome);
        });
      } catch (error) {
        // Those who waited behind would only find the same out, one time-out after another.
        for (const entry of [...entries, ...this.#pending]) entry.reject(error);
        this.#pending = [];
      }
    }
    this.#running = false;
  }
}
