/** What others may be told, and how often a delivery that fails is tried. */

export const eventTypes = [
  'order.paid',
  'order.fulfilled',
  'order.partially_refunded',
  'order.refunded',
  'order.cancelled',
  'stock.changed',
  'stock.low',
  'drop.sold_out',
] as const;
export type EventType = (typeof eventTypes)[number];

/** Pauses after the first, second, … failed try: a hiccup is over at once, a night without staff in a day. */
const pausesSeconds = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 28_800, 28_800];

/** Then a delivery is dead. */
export const deliveryTries = pausesSeconds.length + 1;

/**
 * How long to wait after a delivery has failed, give or take a fifth, so that those that failed together come apart.
 * @param tries failed so far, at least 1
 * @param chance 0 to 1
 * @returns seconds; undefined when that was the last try
 */
export function deliveryPauseSeconds(tries: number, chance: number): number | undefined {
  const pause = pausesSeconds[tries - 1];
  return pause === undefined ? undefined : pause * (0.8 + chance * 0.4);
}
