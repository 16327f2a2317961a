/** What a good client does about an answer that says "later", and about one that never came: waits as told, asks again. */
import type { Random } from '../random.ts';
import type { Site, WebAnswer, WebRequest } from './site.ts';

/** Waits; returns early when it is over. */
export function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (over.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      over.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    over.addEventListener('abort', end, { once: true });
  });
}

/** Everything is over: nobody asks for anything any more. */
export class Over extends Error {}

export interface Patience {
  readonly random: Random;
  readonly over: AbortSignal;
}

/** After so many answers that never came or said "later" in a row, for longer than anything is ever away, something is wrong. */
const TRIES_MAX = 40;
const PATIENCE_MS = 120_000;
const FIRST_BACKOFF_MS = 100;
const BACKOFF_MS_MAX = 3000;

/**
 * Asks until there is an answer other than 429 and 503, as long after as it says, and a little later than that.
 * @throws Over when everything is over; Error when patience has run out
 */
export async function askPatiently(
  site: Site,
  request: WebRequest,
  { random, over }: Patience,
): Promise<WebAnswer> {
  let last = '';
  const endsAt = performance.now() + PATIENCE_MS;
  for (let tries = 0; tries < TRIES_MAX || performance.now() < endsAt; tries++) {
    if (over.aborted) throw new Over();
    let waitMs = Math.min(FIRST_BACKOFF_MS * 2 ** tries, BACKOFF_MS_MAX);
    try {
      const answer = await site.ask(request);
      if (answer.status !== 429 && answer.status !== 503) return answer;
      waitMs = answer.retryAfterMs || waitMs;
      last = `${answer.status} ${answer.problem}`;
    } catch (error) {
      last = error instanceof Error ? error.message || error.name : String(error);
    }
    await pause(waitMs * (1 + random.next() / 2), over);
  }
  throw new Error(
    `${request.method} ${request.path.replace(/\/[\w-]{20,}/g, '/…')} never succeeded: ${last}`,
  );
}
