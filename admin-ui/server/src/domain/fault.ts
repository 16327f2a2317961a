/** What is wrong with a request, field by field; all of it at once. */
import type { Reason } from './reasons.ts';

export interface Fault {
  /** JSON pointer into the body: `/admission/ratePerMinute`. */
  readonly path: string;
  /** Follows the field's name in a sentence: `must be later than opensAt`. */
  readonly reason: Reason;
}

export const faultAt = (path: string, reason: Reason): Fault => ({ path, reason });

/** As a problem document has it. */
export interface FieldFault {
  /** `body.admission.ratePerMinute` */
  readonly field: string;
  readonly reason: Reason;
}
