/** What happens when, in steps of the simulation. */
export class Due<Item> {
  readonly #steps = new Map<number, Item[]>();

  add(step: number, item: Item): void {
    const items = this.#steps.get(step);
    if (items) items.push(item);
    else this.#steps.set(step, [item]);
  }

  /** Everything of one step, once. */
  take(step: number): readonly Item[] {
    const items = this.#steps.get(step) ?? [];
    this.#steps.delete(step);
    return items;
  }
}
