/** What a passkey proves when somebody signs in with it: a fresh challenge of ours, signed for this site by a known key. */
import { generateAuthenticationOptions, verifyAuthenticationResponse } from '@simplewebauthn/server';
import type { PasskeyPurpose } from '../store/database.ts';
import type { Passkey } from '../store/passkeys.ts';
import type { Identity } from './identity.ts';
import { digestOf } from './secrets.ts';

/** As browsers write it (WebAuthn Level 3, AuthenticationResponseJSON). */
export type Assertion = Parameters<typeof verifyAuthenticationResponse>[0]['response'];

/** Alone it has to know its holder, by a finger, a face or a PIN: that makes two factors of it. Beside a password it need not. */
const VERIFICATION = { 'sign-in': 'required', 'second-factor': 'preferred' } as const;

/** What a browser is told to ask a passkey. No account is named, so that nothing is told of who has one. */
export async function challengePasskey(
  { passkeys, publicUrl }: Identity,
  purpose: Exclude<PasskeyPurpose, 'register'>,
) {
  const [rpId, userVerification] = [publicUrl().hostname, VERIFICATION[purpose]];
  const { challenge, timeout = 0 } = await generateAuthenticationOptions({ rpID: rpId, userVerification });
  await passkeys.keepChallenge(digestOf(challenge), purpose, null);
  return { challenge, rpId, timeout, userVerification };
}

/** The passkey whose answer it is; undefined: it proves nothing. The challenge is used up either way. */
export async function takePasskeyProof(
  identity: Identity,
  assertion: Assertion,
  purpose: Exclude<PasskeyPurpose, 'register'>,
): Promise<Passkey | undefined> {
  const { passkeys, publicUrl, audit, accounts } = identity;
  const challenge = challengeIn(assertion.response.clientDataJSON);
  if (challenge === undefined || !(await passkeys.takeChallenge(digestOf(challenge), purpose, null)))
    return undefined;
  const passkey = await passkeys.findByCredential(assertion.id);
  if (!passkey || !isHolder(assertion, passkey)) return undefined;
  const { credentialId, publicKey } = passkey;
  const verified = await verifyAuthenticationResponse({
    response: assertion,
    expectedChallenge: challenge,
    expectedOrigin: publicUrl().origin,
    expectedRPID: publicUrl().hostname,
    requireUserVerification: VERIFICATION[purpose] === 'required',
    // The counter is judged where it is kept, so that two at once can not both be the next.
    credential: { id: credentialId, publicKey: new Uint8Array(publicKey), counter: 0 },
  }).catch(() => undefined);
  if (!verified?.verified) return undefined;
  const { newCounter } = verified.authenticationInfo;
  if (await passkeys.use(passkey.id, newCounter)) return passkey;
  const email = (await accounts.find(passkey.account))?.email ?? passkey.account;
  const after = { email, name: passkey.name, counter: newCounter };
  await audit.record({
    ...{ act: 'passkey.counter-back', actor: email, drop: null, before: null, after },
    reason: 'its counter has not risen: there may be a copy of it',
  });
  return undefined;
}

/** The challenge that the browser says it has signed; undefined: it says nothing that can be read. */
export function challengeIn(clientDataJson: string): string | undefined {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString());
    return typeof challenge === 'string' ? challenge : undefined;
  } catch {
    return undefined;
  }
}

/** Account ids are what passkeys are told their holder is. */
export const userHandleOf = (account: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(account));

function isHolder({ response: { userHandle } }: Assertion, { account }: Passkey): boolean {
  return userHandle === undefined || Buffer.from(userHandle, 'base64url').toString() === account;
}
