/** What is wrong with a request, field by field; all of it at once. */

export interface Fault {
  /** JSON pointer into the body: `/admission/ratePerMinute`. */
  readonly path: string;
  /** Follows the field's name in a sentence: `must be later than opensAt`. */
  readonly reason: string;
}
