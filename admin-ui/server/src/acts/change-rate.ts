/** The rate of a running drop: to a value or by a step, at once or on a ramp. */

import { problem } from '@sluice/service-kit';
import { POLICY_FIELDS } from '../domain/admission-policy.ts';
import type { Drop, DropChange } from '../domain/drop.ts';
import { rateAt } from '../domain/ramp.ts';
import type { Reason } from '../domain/reasons.ts';
import type { LivePicture } from '../projection/live.ts';
import { refuseClosed } from './change-plan.ts';

export interface RateRequest {
  /** Entries a minute. */
  readonly to?: number;
  /** Up or down from the rate as it is aimed at. */
  readonly by?: number;
  /** Without it the rate changes at once. */
  readonly rampSeconds?: number;
}

/** @throws Problem `drop-closed`, `invalid-request` for a step that leaves the bounds */
export function rateChange(
  { to, by = 0, rampSeconds }: RateRequest,
  drop: Drop,
  live: LivePicture,
): DropChange {
  refuseClosed(live);
  const { min, max } = POLICY_FIELDS.ratePerMinute;
  const ratePerMinute = to ?? drop.admission.ratePerMinute + by;
  if (ratePerMinute < min || ratePerMinute > max) {
    const reason: Reason = `must lead to a rate from ${min} to ${max}`;
    throw problem('invalid-request', `body.by ${reason}`, { errors: [{ field: 'body.by', reason }] });
  }
  const now = live.asOf;
  return {
    admission: { ...drop.admission, ratePerMinute },
    ramp: rampSeconds
      ? {
          // From the rate as it is this moment: a ramp that replaces another one makes no jump.
          fromPerMinute: Math.round(rateAt(drop.admission.ratePerMinute, drop.ramp, now) * 1000) / 1000,
          startsAt: now.toISOString(),
          endsAt: new Date(now.getTime() + rampSeconds * 1000).toISOString(),
        }
      : null,
  };
}
