/** A fault that the schema can't see, answered in the same form as those it sees. */
import { problem } from '@sluice/service-kit';

/** 400 `invalid-request`. @param field with its place first: `body.lines.0.sku` */
export function invalidField(field: string, reason: string): Error {
  return problem('invalid-request', `${field} ${reason}`, { errors: [{ field, reason }] });
}
