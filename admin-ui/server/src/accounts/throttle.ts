/**
 * Slows down whoever fails to sign in, without ever locking the right one out: strangers are counted by where they come from, and
 * together once many of them are after one account. A browser that the account knows is counted by itself, and a passkey not at all.
 */
import { problem } from '@sluice/service-kit';
import {
  FREE_FAILURES,
  FREE_FAILURES_OF_ACCOUNT,
  FREE_FAILURES_OF_ADDRESS,
} from '../domain/sign-in-delays.ts';
import type { Bucket } from '../store/attempts.ts';
import type { Identity } from './identity.ts';
import { digestOf } from './secrets.ts';

export interface Attempt {
  readonly email: string;
  /** As rate limits count it. */
  readonly address: string;
  /** The browser is known to the account of this address: it is counted by itself, whoever else has failed. */
  readonly device: Buffer | null;
}

/**
 * Counts one try. There is no look at whether the account exists: both are slowed down alike.
 * @returns what to call once it has succeeded
 * @throws Problem 429 `rate-limited` with the seconds to wait
 */
export async function takeAttempt(identity: Identity, attempt: Attempt): Promise<() => Promise<void>> {
  const { attempts, refusals, count } = identity;
  const { own, shared } = bucketsOf(attempt);
  // Those of the account last: what waits by itself adds nothing there, or one stranger could fill it.
  for (const bucket of [...shared.slice(0, 1), own, ...shared.slice(1)]) {
    const wait = await attempts.take(bucket);
    if (wait > 0) {
      refusals.signIn(null, 'throttled');
      count.signIn('throttled');
      throw problem('rate-limited', 'Too many sign-ins have failed; wait before the next one.', {
        retryAfterSeconds: wait,
      });
    }
  }
  return async () => {
    await attempts.clear(own);
    for (const bucket of shared) await attempts.giveBack(bucket);
  };
}

/** `own` is forgotten by a success; of `shared` one is given back: others have failed there, too. */
function bucketsOf({ email, address, device }: Attempt): { own: Bucket; shared: Bucket[] } {
  const bucket = (kind: string, what: string, free: number) => ({ key: digestOf(`${kind}\n${what}`), free });
  if (device) return { own: bucket('device', device.toString('hex'), FREE_FAILURES), shared: [] };
  const account = email.toLowerCase();
  return {
    own: bucket('pair', `${account}\n${address}`, FREE_FAILURES),
    shared: [
      bucket('address', address, FREE_FAILURES_OF_ADDRESS),
      bucket('account', account, FREE_FAILURES_OF_ACCOUNT),
    ],
  };
}
