/** Names of epochs (Q24). */
import { randomUUID } from 'node:crypto';

/** A fresh random name, never a counter: two that were made apart are never the same. 16 hex digits. */
export function randomEpoch(): string {
  // Both ends of a UUID are random all through, and Node draws for many at once: a name goes with every batch of joins.
  const uuid = randomUUID();
  return uuid.slice(0, 8) + uuid.slice(-8);
}
