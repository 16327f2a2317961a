/**
 * Promise 4: the lobby's order is a function of the seed, the public number and the published class. Computed here once
 * more from the algorithm's description, on purpose without the room's own code.
 */
import { createHash, createHmac } from 'node:crypto';
import { DRAWN_ORDER_END, type LogLine } from './log-line.ts';

/** Everybody of a play is in this class: band 1, one draw. */
const BAND = 1;

export interface DrawEvidence {
  /** Published before the lobby opened, hex. */
  readonly commit: string;
  /** Published after opening, hex; undefined when it never was. */
  readonly seed: string | undefined;
}

export interface DrawVerdict {
  /** Whether the seed is the one that was committed to. */
  readonly commitKept: boolean;
  readonly drawnOrders: number;
  /** Places whose order is not the one that seed and number give. */
  readonly drawMismatches: number;
}

/** `BAND × 2^48 + top48(HMAC-SHA256(seed, public number ‖ byte 0))` */
export function drawnOrder(seed: string, number: string): number {
  const digest = createHmac('sha256', Buffer.from(seed, 'hex'))
    .update(number)
    .update(Uint8Array.of(0))
    .digest();
  return BAND * 2 ** 48 + digest.readUIntBE(0, 6);
}

/** @param places public numbers and orders, from the log and from what still waits */
export function judgeDraw(
  { commit, seed }: DrawEvidence,
  places: Iterable<{ readonly number: string; readonly order: number }>,
): DrawVerdict {
  const drawn = new Map<string, Set<number>>();
  for (const { number, order } of places) {
    if (order >= DRAWN_ORDER_END) continue;
    const orders = drawn.get(number) ?? new Set();
    drawn.set(number, orders.add(order));
  }
  if (seed === undefined) return { commitKept: false, drawnOrders: drawn.size, drawMismatches: drawn.size };
  const commitKept = createHash('sha256').update(Buffer.from(seed, 'hex')).digest('hex') === commit;
  let drawMismatches = 0;
  for (const [number, orders] of drawn) {
    const right = drawnOrder(seed, number);
    if (orders.size !== 1 || !orders.has(right)) drawMismatches++;
  }
  return { commitKept, drawnOrders: drawn.size, drawMismatches };
}

/** Every place that the log names. */
export function placesOf(log: readonly LogLine[]): { number: string; order: number }[] {
  return log.flatMap((line) => ('order' in line ? [{ number: line.number, order: line.order }] : []));
}
