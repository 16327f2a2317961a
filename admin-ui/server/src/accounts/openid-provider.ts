/** The organisation's OpenID provider: where to send people, and what its answer says. Nothing it says is believed unchecked. */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client';

/** Somebody waits in front of a browser. */
const TIMEOUT_SECONDS = 5;
/** Ways of proving oneself that are a second factor (RFC 8176). */
const SECOND_FACTORS = ['mfa', 'otp', 'hwk', 'sc', 'swk'];

export interface ProviderOptions {
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
}

export interface Identified {
  readonly issuer: string;
  readonly subject: string;
  /** Only when the provider has verified that it is theirs. */
  readonly email: string | undefined;
  readonly hasMfa: boolean;
}

export interface OpenidProvider {
  /** What people know it by, until they are there. */
  readonly host: string;
  /** Where to send the browser. @throws when the provider does not answer */
  addressFor(signIn: { state: string; nonce: string; verifier: string; redirectTo: string }): Promise<URL>;
  /** @throws when anything is not as it was asked for: issuer, audience, signature, time, nonce, state */
  identify(answer: URL, expected: { state: string; nonce: string; verifier: string }): Promise<Identified>;
}

export function createOpenidProvider({ issuer, clientId, clientSecret }: ProviderOptions): OpenidProvider {
  let known: Promise<Configuration> | undefined;
  /** Asked once; again after a failure. */
  const configuration = () => {
    known ??= discover().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  const discover = () =>
    discovery(issuer, clientId, clientSecret, undefined, {
      timeout: TIMEOUT_SECONDS,
      // The signature is checked although the token comes straight from the provider: a proxy between may not be it.
      execute: [enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [allowInsecureRequests] : [])],
    });

  return {
    host: issuer.host,
    async addressFor({ state, nonce, verifier, redirectTo }) {
      return buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectTo,
        scope: 'openid email',
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
    },
    async identify(answer, { state, nonce, verifier }) {
      const tokens = await authorizationCodeGrant(await configuration(), answer, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('the provider sent no ID token');
      const { iss, sub, email, email_verified, amr } = claims;
      return {
        issuer: iss,
        subject: sub,
        email: typeof email === 'string' && email_verified === true ? email.toLowerCase() : undefined,
        hasMfa: Array.isArray(amr) && amr.some((way) => SECOND_FACTORS.includes(String(way))),
      };
    },
  };
}
