/** Turns "too many wait" into the answer that tells a client to come back in a moment. */
import { problem } from '@sluice/service-kit';
import { OverloadedError } from '../store/batcher.ts';

/** The answer, or 503 `overloaded` with Retry-After when the work was shed before it began. */
export async function shedding<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof OverloadedError)
      throw problem('overloaded', 'Nothing was done. Send the same request again.', { retryAfterSeconds: 1 });
    throw error;
  }
}
