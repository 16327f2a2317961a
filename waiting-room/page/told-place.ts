/** What a shopper is told of their place (Q21): never more people ahead than before, unless somebody was put in ahead. Pure. */

/** A number as the room gives it, with the generation it belongs to. */
export interface Place {
  readonly ahead: number;
  readonly generation: number;
  /** What was put in ahead when the generation changed last. */
  readonly generationReason: string | null;
}

/** Where a place is counted: in line, or at the gate among those checked in. Each has its own generations. */
export type Counted = 'line' | 'gate';

export interface Told {
  readonly counted: Counted;
  readonly ahead: number;
  readonly generation: number;
  /** Why the number is larger than the one told before; null when it is not. */
  readonly grownBy: string | null;
}

/** @param before null when nothing was told yet */
export function tell(before: Told | null, counted: Counted, now: Place): Told {
  const { generation, generationReason } = now;
  if (before?.counted !== counted) return { counted, ahead: now.ahead, generation, grownBy: null };
  const changed = before.generation !== generation;
  const ahead = changed ? now.ahead : Math.min(before.ahead, now.ahead);
  // The reason stays as long as the number does: a shopper may look a minute later.
  const grownBy =
    ahead > before.ahead ? (generationReason ?? 'returned') : ahead < before.ahead ? null : before.grownBy;
  return { counted, ahead, generation, grownBy };
}
