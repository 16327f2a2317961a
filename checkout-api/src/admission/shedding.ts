/** Turns "too many wait" into the answer that tells a client to come back in a moment. */
import { problem } from '@sluice/service-kit';
import { OverloadedError } from '../store/batcher.ts';

/** The answer, or 503 `overloaded` with Retry-After when the work was shed before it began. */
export async function shedding<Answer>(work: Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    throw shedOr(error);
  }
}

/** What a caller is told of work that failed. */
export function shedOr(error: unknown): unknown {
  if (!(error instanceof OverloadedError)) return error;
  return problem('overloaded', 'Nothing was done. Send the same request again.', { retryAfterSeconds: 1 });
}
