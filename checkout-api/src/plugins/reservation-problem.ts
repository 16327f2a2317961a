/** Why a reservation was refused → the problem that says so. */
import { type Problem, problem } from '@sluice/service-kit';
import type { ReserveOutcome } from '../store/reservations.ts';

type Refusal = Exclude<ReserveOutcome['verdict'], 'reserved' | 'replayed'>;

export function reservationProblem(refusal: Refusal): Problem {
  switch (refusal) {
    case 'key-reused':
      return problem(
        'idempotency-key-reused',
        'Its lines were different ones. Use a new key for another wish.',
      );
    case 'in-flight':
      return problem('idempotency-key-in-flight', 'Send the same request again in a moment.', {
        retryAfterSeconds: 1,
      });
    case 'no-session':
      return problem('admission-required');
    case 'unknown-sku':
      return problem('no-such-sku', 'At least one of the lines names a SKU that this drop does not sell.');
    case 'sold-out':
      return problem('sold-out', 'Not all lines are available; nothing was reserved.');
    case 'limit-exceeded':
    case 'session-ended':
    case 'admission-expired':
      return problem(refusal);
  }
}
