/** Names of epochs (Q24). */
import { randomBytes } from 'node:crypto';

/** A fresh random name, never a counter: two that were made apart are never the same. 16 hex digits. */
export function randomEpoch(): string {
  return randomBytes(8).toString('hex');
}
