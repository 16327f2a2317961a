/** The passkeys of an account, added and taken off by its holder. */
import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server';
import { problem } from '@sluice/service-kit';
import { PASSKEYS_MAX, type Passkey } from '../store/passkeys.ts';
import type { OpenSession } from '../store/sessions.ts';
import type { Identity } from './identity.ts';
import { refuseWeakerProof } from './own-proofs.ts';
import { challengeIn, userHandleOf } from './passkey-proof.ts';
import { makeRecoveryCodes, recoveryDigest } from './recovery-codes.ts';
import { digestOf } from './secrets.ts';

/** As browsers write it (WebAuthn Level 3, RegistrationResponseJSON). */
export type Attestation = Parameters<typeof verifyRegistrationResponse>[0]['response'];

/** What a browser is told to make: a key of this site that finds its account by itself. */
export async function proposePasskey(identity: Identity, session: OpenSession) {
  await refuseWeakerProof(identity, session);
  const { passkeys, publicUrl } = identity;
  const { id, email } = session.account;
  const options = await generateRegistrationOptions({
    rpName: 'Sluice',
    rpID: publicUrl().hostname,
    userName: email,
    userID: userHandleOf(id),
    // Who made the key is not our business; that it is the same one each time is.
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
    excludeCredentials: (await passkeys.list(id)).map(({ credentialId }) => ({ id: credentialId })),
  });
  await passkeys.keepChallenge(digestOf(options.challenge), 'register', id);
  return options;
}

export interface AddedPasskey {
  readonly passkey: Passkey;
  /** Told once, with the account's first second factor; null: it has some. */
  readonly recoveryCodes: string[] | null;
}

/**
 * From now on it is a second factor of the account, and this session has it.
 * @throws Problem 401 `sign-in-refused` for an answer that does not prove it, 409 `passkey-exists`, `too-many-passkeys`
 */
export async function addPasskey(
  identity: Identity,
  session: OpenSession,
  { name, attestation }: { readonly name: string; readonly attestation: Attestation },
): Promise<AddedPasskey> {
  await refuseWeakerProof(identity, session);
  const { passkeys, accounts, sessions, publicUrl } = identity;
  const { id, email } = session.account;
  const refused = problem('sign-in-refused', 'This is not an answer to a challenge of yours, for this site.');
  const challenge = challengeIn(attestation.response.clientDataJSON);
  if (challenge === undefined || !(await passkeys.takeChallenge(digestOf(challenge), 'register', id)))
    throw refused;
  const verified = await verifyRegistrationResponse({
    response: attestation,
    expectedChallenge: challenge,
    expectedOrigin: publicUrl().origin,
    expectedRPID: publicUrl().hostname,
    requireUserVerification: false,
  }).catch(() => undefined);
  if (!verified?.verified) throw refused;
  const { credential, credentialBackedUp } = verified.registrationInfo;
  const who = { actor: email, reason: null };
  const added = await passkeys.add(
    {
      account: id,
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: credential.transports ?? [],
      isBackedUp: credentialBackedUp,
      name,
    },
    who,
  );
  if (added === 'taken') throw problem('passkey-exists', 'This passkey is set up already.');
  if (added === 'too-many')
    throw problem(
      'too-many-passkeys',
      `An account has at most ${PASSKEYS_MAX} passkeys; take one off first.`,
    );
  // Of two tabs that add the first one at once, one is told codes: those of the other would be void.
  const codes = added.isFirst ? makeRecoveryCodes() : null;
  if (codes) await accounts.setRecoveryCodes(id, codes.map(recoveryDigest), who);
  await sessions.renew(session.id, true);
  return { passkey: added.passkey, recoveryCodes: codes };
}

/** @throws Problem 404 `no-such-passkey`, 409 `last-factor` */
export async function removePasskey(
  identity: Identity,
  session: OpenSession,
  passkey: string,
): Promise<void> {
  await refuseWeakerProof(identity, session);
  const { id, email } = session.account;
  const outcome = await identity.passkeys.remove(id, passkey, { actor: email, reason: null });
  if (outcome === 'no-such-passkey') throw problem('no-such-passkey', 'You have no passkey of this id.');
  if (outcome === 'last-factor')
    throw problem('last-factor', 'It is your only second factor: set up another one first.');
}
