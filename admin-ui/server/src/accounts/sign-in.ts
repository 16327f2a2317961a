/** Signing in: password, second factor, session. Whoever fails is told the same, after the same work. */
import { problem } from '@sluice/service-kit';
import type { Account } from '../store/accounts.ts';
import type { NewSession, OpenSession } from '../store/sessions.ts';
import type { Identity } from './identity.ts';
import { isPassword } from './passwords.ts';
import { demandSecondFactor, type ShownFactor, takeSecondFactor } from './second-factor.ts';
import { digestOf, makeToken } from './secrets.ts';
import { takeAttempt } from './throttle.ts';

export interface SignInRequest extends ShownFactor {
  readonly email: string;
  readonly password: string;
  readonly address: string;
  readonly userAgent: string;
  /** What the browser kept from an earlier sign-in. */
  readonly device: string | undefined;
}

export interface SignedIn {
  /** For the session's cookie. */
  readonly token: string;
  /** For the device's cookie. */
  readonly device: string;
  readonly failedBefore: number;
  readonly session: OpenSession;
}

/**
 * An account with a second factor signs in with it, or not at all; one without gets a session that can't write.
 * @throws Problem 401 `sign-in-refused` for a wrong address, password or code alike, 401 `mfa-required` when only the code
 * is missing, 429 `rate-limited`
 */
export async function signIn(identity: Identity, request: SignInRequest): Promise<SignedIn> {
  const { email, password, address } = request;
  const { accounts, refusals, count } = identity;
  const account = await accounts.findByEmail(email);
  const device = request.device === undefined ? null : digestOf(request.device);
  const isKnown =
    device !== null && account !== undefined && (await accounts.isKnownDevice(account.id, device));
  const succeed = await takeAttempt(identity, { email, address, device: isKnown ? device : null });

  const proofs = account && !account.isDisabled ? await accounts.proofs(account.id) : undefined;
  const isRight = await isPassword(proofs?.passwordHash ?? null, password);
  const refuse = async () => {
    refusals.signIn(account?.email ?? null, 'wrong');
    count.signIn('refused');
    if (account) await accounts.noteFailure(account.id);
    return problem('sign-in-refused', 'Address, password or code are not right.');
  };
  if (!isRight || !account) throw await refuse();
  if (account.isMfaSetUp && isNothing(request)) {
    count.signIn('mfa-missing');
    return demandSecondFactor(identity, account.id);
  }
  if (account.isMfaSetUp && !(await takeSecondFactor(identity, account, request))) throw await refuse();
  await succeed();
  const provenBy = { passwordHash: proofs?.passwordHash ?? '' };
  return beginSession(identity, account, { ...request, hasMfa: account.isMfaSetUp, provenBy });
}

const isNothing = ({ code, passkey }: ShownFactor): boolean => code === undefined && passkey === undefined;

export interface SessionRequest {
  readonly hasMfa: boolean;
  readonly userAgent: string;
  readonly device: string | undefined;
  readonly provenBy: NewSession['provenBy'];
}

const USER_AGENT_LENGTH_MAX = 200;

/**
 * Opens a session for an account that has proven itself.
 * @throws Problem 401 `sign-in-refused` when what it was proven by was taken away in the same moment
 */
export async function beginSession(
  { accounts, sessions, audit, count }: Identity,
  { id, email }: Account,
  { hasMfa, userAgent, device = makeToken(), provenBy }: SessionRequest,
): Promise<SignedIn> {
  const token = makeToken();
  const overtaken = () =>
    problem('sign-in-refused', 'The account was changed in this moment; sign in again.');
  const isBegun = await sessions.create({
    ...{ account: id, digest: digestOf(token), hasMfa, provenBy },
    userAgent: userAgent.slice(0, USER_AGENT_LENGTH_MAX),
  });
  if (!isBegun) throw overtaken();
  await accounts.rememberDevice(id, digestOf(device));
  const failedBefore = await accounts.noteSignIn(id);
  await audit.record({
    ...{ act: 'sign-in', actor: email, drop: null, reason: null, before: null },
    after: { how: typeof provenBy === 'string' ? provenBy : 'password', hasMfa, failedBefore },
  });
  count.signIn('done');
  const session = await sessions.open(digestOf(token));
  if (!session) throw overtaken();
  return { token, device, failedBefore, session };
}

export interface RenewalRequest extends ShownFactor {
  readonly password?: string | undefined;
  readonly address: string;
}

/**
 * The holder of a session proves again who they are, for dangerous acts: by the second factor where there is one, else by
 * the password.
 * @throws Problem 401 `sign-in-refused`, 401 `mfa-required`, 429 `rate-limited`
 */
export async function renewSession(
  identity: Identity,
  session: OpenSession,
  { password, address, ...shown }: RenewalRequest,
): Promise<OpenSession> {
  const { accounts, sessions, refusals, count } = identity;
  const { id, email } = session.account;
  // Whoever holds a session is counted by it: strangers can't slow them down.
  const succeed = await takeAttempt(identity, { email, address, device: digestOf(session.id) });
  const account = await accounts.find(id);
  if (!account) throw problem('sign-in-refused');
  if (account.isMfaSetUp && isNothing(shown)) return demandSecondFactor(identity, id);
  const isRight = account.isMfaSetUp
    ? await takeSecondFactor(identity, account, shown)
    : await isPassword((await accounts.proofs(id))?.passwordHash ?? null, password ?? '');
  if (!isRight) {
    refusals.signIn(email, 'wrong');
    count.signIn('refused');
    await accounts.noteFailure(id);
    throw problem('sign-in-refused', 'Password or code are not right.');
  }
  await succeed();
  return { ...session, ...(await sessions.renew(session.id, account.isMfaSetUp)) };
}
