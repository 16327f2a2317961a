/**
 * Uses of access codes that this process has answered for: what Redis must know again after a loss, or a code that was good
 * for one would be good for another (ADR 0112).
 */

/** Uses kept per drop, some 150 bytes each; as many as sessions are. */
const USES_MAX = 1_000_000;

export interface KeptUse {
  /** Public number of the ticket. */
  readonly number: string;
  readonly id: string;
  /** Public number of the ticket whose use it was before; '' for none. */
  readonly carriedFrom: string;
  readonly isTold: boolean;
  /** Redis time, µs. */
  readonly usedUs: number;
}

export class CodeUses {
  readonly #drops = new Map<string, Map<string, KeptUse>>();
  /** Told of every new one, so that it can be written down. */
  onChange: (drop: string, use: KeptUse) => void = () => {};

  used(drop: string, { number, id, carriedFrom, isTold, usedUs }: KeptUse): void {
    const uses = this.#of(drop);
    if (uses.has(number)) return;
    if (uses.size >= USES_MAX) uses.delete(uses.keys().next().value as string);
    const use = { number, id, carriedFrom, isTold, usedUs };
    uses.set(number, use);
    this.onChange(drop, use);
  }

  /** As read from a file. */
  recall(drop: string, use: KeptUse): void {
    this.#of(drop).set(use.number, use);
  }

  /** In the order in which they were used. */
  all(drop: string): Iterable<KeptUse> {
    return this.#drops.get(drop)?.values() ?? [];
  }

  forget(drop: string): void {
    this.#drops.delete(drop);
  }

  #of(drop: string): Map<string, KeptUse> {
    let uses = this.#drops.get(drop);
    if (uses === undefined) {
      uses = new Map();
      this.#drops.set(drop, uses);
    }
    return uses;
  }
}
