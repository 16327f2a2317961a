/** Who asks when, to some milliseconds. */

const SLOT_MS = 4;

export class Agenda<Item> {
  readonly #slots: (Item[] | undefined)[] = [];
  readonly #startedAt: number;
  #next = 0;

  /** @param startedAt ms on the clock that the other instants are told in */
  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  add(at: number, item: Item): void {
    const slot = Math.max(this.#next, Math.ceil((at - this.#startedAt) / SLOT_MS));
    const items = this.#slots[slot];
    if (items) items.push(item);
    else this.#slots[slot] = [item];
  }

  /** Everyone due by `now`, each once. */
  *take(now: number): Generator<Item> {
    const until = Math.floor((now - this.#startedAt) / SLOT_MS);
    while (this.#next <= until) {
      // Counted on first: whoever is added meanwhile goes into a slot that is still to come.
      const slot = this.#next++;
      const items = this.#slots[slot] ?? [];
      this.#slots[slot] = undefined;
      yield* items;
    }
  }
}
