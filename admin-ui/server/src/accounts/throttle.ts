/** Slows down whoever fails to sign in, without ever locking the right one out: strangers are counted by where they come from. */
import { problem } from '@sluice/service-kit';
import { FREE_FAILURES, FREE_FAILURES_OF_ADDRESS } from '../domain/sign-in-delays.ts';
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
  const [own, shared] = bucketsOf(attempt);
  for (const bucket of shared ? [shared, own] : [own]) {
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
    if (shared) await attempts.giveBack(shared);
  };
}

function bucketsOf({ email, address, device }: Attempt): [own: Bucket, shared?: Bucket] {
  const bucket = (kind: string, what: string, free: number) => ({ key: digestOf(`${kind}\n${what}`), free });
  if (device) return [bucket('device', device.toString('hex'), FREE_FAILURES)];
  return [
    bucket('pair', `${email.toLowerCase()}\n${address}`, FREE_FAILURES),
    bucket('address', address, FREE_FAILURES_OF_ADDRESS),
  ];
}
