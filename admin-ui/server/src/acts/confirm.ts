/** Asks once more before a large or dangerous change. */
import { problem } from '@sluice/service-kit';
import type { Danger } from '../domain/dangers.ts';

/** @throws Problem 409 `confirmation-required` that says what is about to happen */
export function requireConfirmation(dangers: readonly Danger[], isConfirmed: boolean): void {
  if (dangers.length === 0 || isConfirmed) return;
  throw problem('confirmation-required', `${dangers.join(' ')} Send it again with "confirm": true.`, {
    dangers,
  });
}
