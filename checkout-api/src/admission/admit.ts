/** Whether an admission token opens this checkout, and what the caller is told when it does not. */
import type { AdmissionVerifier, PresentedAdmission } from '@sluice/connector';
import { problem } from '@sluice/service-kit';
import type { Admission } from '../store/sessions.ts';

const BEARER = /^bearer +/i;

/** @throws Problem 401 or 403 for what does not pass, 503 while nobody knows the room's keys */
export type Admit = (presented: PresentedAdmission) => Promise<Admission>;

export function createAdmit(verifier: AdmissionVerifier): Admit {
  return async (presented) => {
    const verdict = await verifier.verify(presented);
    if (!verdict.ok) {
      if (verdict.reason === 'keys-unavailable')
        throw problem('keys-unavailable', undefined, { retryAfterSeconds: 1 });
      const isMissing = verdict.reason === 'token-missing' || verdict.reason === 'secret-missing';
      const fields = { reason: verdict.reason };
      throw isMissing
        ? problem('admission-required', undefined, fields)
        : problem('admission-refused', undefined, fields);
    }
    const { jti, exp, customer } = verdict.claims;
    const { drop, secret } = presented;
    return {
      jti,
      drop,
      customer: customer ?? null,
      secret: secret ?? '',
      expiresAt: new Date(exp * 1000),
    };
  };
}

/** The token of an `Authorization: Bearer` header. */
export function readBearer(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !BEARER.test(authorization)) return undefined;
  return authorization.replace(BEARER, '').trim();
}
