/**
 * What this instance remembers of every drop for the day Redis forgets (Q25): the control hash as last read, the rank map,
 * the page, the seed. At most as old as the last refresh of the views.
 */
import type { RankMap } from '../domain/positions.ts';

export interface Copy {
  /** Grows with every command that changed the drop: the greatest wins. */
  readonly seq: number;
  /** The control hash, field by field. */
  readonly control: Readonly<Record<string, string>>;
  readonly rankMap: RankMap | null;
  /** Hex; null for a drop without a draw. */
  readonly seed: string | null;
  /** Content of the page's key; null for none. */
  readonly page: string | null;
}

export class Copies {
  readonly #copies = new Map<string, Copy>();
  /** Drops whose next reading is taken whatever run it comes from. */
  readonly #healed = new Set<string>();

  get(drop: string): Copy | undefined {
    return this.#copies.get(drop);
  }

  drops(): Iterable<string> {
    return this.#copies.keys();
  }

  /**
   * Takes a reading as the new copy, unless it comes from another run of Redis than the copy: then what is known here has
   * to be offered first.
   * @returns false when it was not taken
   */
  keep(drop: string, copy: Copy): boolean {
    const before = this.#copies.get(drop);
    // Good for one reading: a loss that left the run as it was must not spare the next one its offer.
    const isHealed = this.#healed.delete(drop);
    if (before !== undefined && before.control.run_id !== copy.control.run_id && !isHealed) return false;
    this.#copies.set(drop, copy);
    return true;
  }

  /** From a file of an earlier process: only where nothing newer is known. */
  recall(drop: string, copy: Copy): void {
    if (copy.seq > (this.#copies.get(drop)?.seq ?? -1)) this.#copies.set(drop, copy);
  }

  /** What is known here has been offered; the next reading counts. */
  markHealed(drop: string): void {
    this.#healed.add(drop);
  }

  forget(drop: string): void {
    this.#copies.delete(drop);
    this.#healed.delete(drop);
  }
}
