/** What proves an account, changed by its holder: password, second factor, and the codes for the day the telephone is lost. */
import { problem } from '@sluice/service-kit';
import type { OpenSession } from '../store/sessions.ts';
import type { Identity } from './identity.ts';
import { refuseWeak } from './links.ts';
import { hashPassword } from './passwords.ts';
import { makeRecoveryCodes, recoveryDigest } from './recovery-codes.ts';
import { makeTotp, stepOf } from './totp.ts';

/** A new secret for an authenticator; the old one counts until the new one is confirmed. */
export async function proposeTotp(identity: Identity, session: OpenSession) {
  await refuseWeakerProof(identity, session);
  const { id, email } = session.account;
  const made = makeTotp(email);
  await identity.accounts.proposeTotp(id, identity.secrets.seal(id, made.secret));
  return made;
}

/**
 * The authenticator shows a right code: from now on it is the account's second factor, and this session has it.
 * @returns recovery codes, told once
 * @throws Problem 401 `sign-in-refused` for a wrong code, 409 `nothing-proposed`
 */
export async function confirmTotp(identity: Identity, session: OpenSession, code: string): Promise<string[]> {
  await refuseWeakerProof(identity, session);
  const { accounts, secrets, sessions } = identity;
  const { id, email } = session.account;
  const pending = (await accounts.proofs(id))?.totpPending;
  if (!pending) throw problem('nothing-proposed', 'Ask for a secret first.');
  const step = stepOf(secrets.open(id, pending), code, Date.now());
  if (step === undefined) throw problem('sign-in-refused', 'The code is not right.');
  const codes = makeRecoveryCodes();
  const who = { actor: email, reason: null };
  if (!(await accounts.confirmTotp(id, step, codes.map(recoveryDigest), who)))
    throw problem('nothing-proposed', 'Ask for a secret first.');
  await sessions.renew(session.id, true);
  return codes;
}

/** New recovery codes; the old ones are void. */
export async function replaceRecoveryCodes(identity: Identity, session: OpenSession): Promise<string[]> {
  await refuseWeakerProof(identity, session);
  const { id, email } = session.account;
  if (!(await identity.accounts.find(id))?.isMfaSetUp)
    throw problem('nothing-proposed', 'Set up an authenticator or a passkey first.');
  const codes = makeRecoveryCodes();
  await identity.accounts.setRecoveryCodes(id, codes.map(recoveryDigest), { actor: email, reason: null });
  return codes;
}

/** Whoever has a second factor changes it with it: a session without one could weaken it. */
export async function refuseWeakerProof(
  { accounts }: Identity,
  { account, hasMfa }: OpenSession,
): Promise<void> {
  if (!hasMfa && (await accounts.find(account.id))?.isMfaSetUp)
    throw problem('second-factor-required', 'Show the second factor that is set up first.');
}

/** Another password. Every session ends, this one too. @throws Problem 400 `invalid-request` for one that will not do */
export async function changePassword(
  identity: Identity,
  session: OpenSession,
  password: string,
): Promise<void> {
  await refuseWeakerProof(identity, session);
  const { id, email } = session.account;
  refuseWeak(password, email);
  await identity.accounts.setPassword(id, await hashPassword(password), { actor: email, reason: null });
  await identity.opener.ended(id);
}
