/** Signing in by a passkey alone: it is what somebody has, and knows who holds it, which is two factors. */
import { problem } from '@sluice/service-kit';
import type { Identity } from './identity.ts';
import { type Assertion, takePasskeyProof } from './passkey-proof.ts';
import { beginSession, type SignedIn } from './sign-in.ts';

export interface PasskeySignInRequest {
  readonly passkey: Assertion;
  readonly userAgent: string;
  readonly device: string | undefined;
}

/**
 * Nobody guesses a signature, so that what others fail at slows nobody down here.
 * @throws Problem 401 `sign-in-refused`, whatever was not right
 */
export async function signInByPasskey(
  identity: Identity,
  { passkey: assertion, userAgent, device }: PasskeySignInRequest,
): Promise<SignedIn> {
  const { accounts, refusals, count } = identity;
  const passkey = await takePasskeyProof(identity, assertion, 'sign-in');
  const account = passkey && (await accounts.find(passkey.account));
  if (!account || account.isDisabled) {
    refusals.signIn(account?.email ?? null, 'wrong');
    count.signIn('refused');
    throw problem('sign-in-refused', 'The passkey did not prove that you have an account here.');
  }
  return beginSession(identity, account, { hasMfa: true, userAgent, device, provenBy: 'passkey' });
}
