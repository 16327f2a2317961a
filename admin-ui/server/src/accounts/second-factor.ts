/** A second factor: a code of the authenticator, or a recovery code. Either counts once. */
import type { Account } from '../store/accounts.ts';
import type { Identity } from './identity.ts';
import { recoveryDigest } from './recovery-codes.ts';
import { stepOf } from './totp.ts';

/** Which factor it was; undefined: none. What it was is used up by asking. */
export async function takeSecondFactor(
  { accounts, secrets, audit }: Identity,
  { id, email }: Pick<Account, 'id' | 'email'>,
  code: string,
): Promise<'totp' | 'recovery-code' | undefined> {
  const proofs = await accounts.proofs(id);
  if (!proofs?.totpSealed) return undefined;
  if (/^\d{6}$/.test(code)) {
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
