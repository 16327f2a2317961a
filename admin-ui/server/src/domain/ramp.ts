/** A rate that goes from one value to another in a straight line instead of at once. */

export interface Ramp {
  /** Where it starts, entries a minute. */
  readonly fromPerMinute: number;
  /** RFC 3339, by Redis's clock. */
  readonly startsAt: string;
  readonly endsAt: string;
}

/** Entries a minute at an instant, as the room's commands reckon them; may be a fraction. */
export function rateAt(ratePerMinute: number, ramp: Ramp | null, at: Date): number {
  if (!ramp) return ratePerMinute;
  const [starts, ends] = [Date.parse(ramp.startsAt), Date.parse(ramp.endsAt)];
  if (ends <= starts || at.getTime() >= ends) return ratePerMinute;
  const gone = Math.max(0, at.getTime() - starts) / (ends - starts);
  return ramp.fromPerMinute + (ratePerMinute - ramp.fromPerMinute) * gone;
}
