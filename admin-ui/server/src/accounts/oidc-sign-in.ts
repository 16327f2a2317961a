/** Signing in at the organisation's OpenID provider. Whoever has no account here gets none by it. */
import { isStoreFault, problem } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Identity } from './identity.ts';
import type { Identified } from './openid-provider.ts';
import { digestOf, makeToken } from './secrets.ts';
import { beginSession, type SignedIn } from './sign-in.ts';

export const CALLBACK_PATH = '/api/v1/oidc/callback';

const RETRY_AFTER_SECONDS = 5;

const providerOf = ({ openid }: Identity) => {
  if (!openid) throw problem('not-found', 'No OpenID provider is set up.');
  return openid;
};

/**
 * Where to send the browser, and the state that it has to keep: an answer that another browser brings is refused.
 * @throws Problem 404 `not-found` without a provider, 503 `openid-unavailable`
 */
export async function beginOidcSignIn(
  identity: Identity,
  log: FastifyBaseLogger,
): Promise<{ address: URL; state: string }> {
  const provider = providerOf(identity);
  const [state, nonce, verifier] = [makeToken(), makeToken(), makeToken()];
  const redirectTo = new URL(CALLBACK_PATH, identity.publicUrl()).href;
  let address: URL;
  try {
    address = await provider.addressFor({ state, nonce, verifier, redirectTo });
  } catch (err) {
    log.warn({ err }, 'the OpenID provider does not answer');
    throw problem('openid-unavailable', 'The OpenID provider does not answer; sign in with a password.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  await identity.oidcSignIns.keep(digestOf(state), { nonce, verifier });
  return { address, state };
}

export interface OidcAnswer {
  /** The query of the callback, as it came. */
  readonly query: string;
  /** What the browser kept. */
  readonly state: string | undefined;
  readonly userAgent: string;
  readonly device: string | undefined;
}

/** @throws Problem 401 `sign-in-refused`, whatever was not right; the log says what */
export async function finishOidcSignIn(
  identity: Identity,
  { query, state, userAgent, device }: OidcAnswer,
  log: FastifyBaseLogger,
): Promise<SignedIn> {
  const provider = providerOf(identity);
  const refuse = (why: string, err?: unknown) => {
    log.warn({ err }, `a sign-in at the OpenID provider was refused: ${why}`);
    identity.refusals.signIn(null, 'wrong');
    identity.count.signIn('refused');
    return problem('sign-in-refused', 'The OpenID provider did not prove that you have an account here.');
  };
  const begun = state === undefined ? undefined : await identity.oidcSignIns.take(digestOf(state));
  if (state === undefined || !begun) throw refuse('nobody has begun it here, or it was taken before');
  const answer = new URL(`${CALLBACK_PATH}${query}`, identity.publicUrl());
  let identified: Identified;
  try {
    identified = await provider.identify(answer, { state, ...begun });
  } catch (error) {
    if (isStoreFault(error)) throw error;
    throw refuse('its answer is not valid', error);
  }
  const account = await identity.accounts.findByOidc(identified);
  if (!account || account.isDisabled) throw refuse('there is no such account');
  return beginSession(identity, account, {
    hasMfa: identified.hasMfa,
    userAgent,
    device,
    provenBy: 'openid',
  });
}
