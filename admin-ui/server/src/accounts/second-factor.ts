/** A second factor: a code of the authenticator, a recovery code, or a passkey. Each answer counts once. */
import { problem } from '@sluice/service-kit';
import type { Account } from '../store/accounts.ts';
import type { Identity } from './identity.ts';
import { type Assertion, takePasskeyProof } from './passkey-proof.ts';
import { recoveryDigest } from './recovery-codes.ts';
import { stepOf } from './totp.ts';

/** What somebody shows; a passkey goes before a code. */
export interface ShownFactor {
  readonly code?: string | undefined;
  readonly passkey?: Assertion | undefined;
}

/** Which factor it was; undefined: none. What it was is used up by asking. */
export async function takeSecondFactor(
  identity: Identity,
  { id, email }: Pick<Account, 'id' | 'email'>,
  { code = '', passkey }: ShownFactor,
): Promise<'totp' | 'recovery-code' | 'passkey' | undefined> {
  const { accounts, secrets, audit } = identity;
  if (passkey) {
    const proven = await takePasskeyProof(identity, passkey, 'second-factor');
    return proven?.account === id ? 'passkey' : undefined;
  }
  if (/^\d{6}$/.test(code)) {
    const proofs = await accounts.proofs(id);
    if (!proofs?.totpSealed) return undefined;
    const step = stepOf(secrets.open(id, proofs.totpSealed), code, Date.now());
    return step !== undefined && (await accounts.takeTotpStep(id, step)) ? 'totp' : undefined;
  }
  if (!(await accounts.takeRecoveryCode(id, recoveryDigest(code)))) return undefined;
  const after = { email };
  await audit.record({
    ...{ act: 'account.recovery-code-used', actor: email, drop: null, reason: null, before: null, after },
  });
  return 'recovery-code';
}

/** Nothing was shown, and something has to be. @throws Problem 401 `mfa-required` with what would do */
export async function demandSecondFactor({ accounts, passkeys }: Identity, id: string): Promise<never> {
  const [proofs, own] = await Promise.all([accounts.proofs(id), passkeys.list(id)]);
  const factors = [...(proofs?.totpSealed ? ['code'] : []), ...(own.length > 0 ? ['passkey'] : [])];
  throw problem('mfa-required', 'Send a code of the authenticator, a recovery code or a passkey, too.', {
    factors,
  });
}
