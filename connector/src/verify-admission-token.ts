/** One question, one answer, for who needs no verifier of their own. */
import {
  type AdmissionVerdict,
  type AdmissionVerifier,
  type AdmissionVerifierOptions,
  createAdmissionVerifier,
  type PresentedAdmission,
} from './create-admission-verifier.ts';

const verifiers = new WeakMap<AdmissionVerifierOptions, AdmissionVerifier>();

/**
 * Whether `presented` opens its drop, by the rules of {@link createAdmissionVerifier}. Keys and verified tokens are
 * remembered with the `options` object: keep one and pass it each time, or every call asks the room for its keys.
 *
 * @example
 * const room = { issuer: 'https://room.example', jwks: 'https://room.example/.well-known/jwks.json' };
 * const verdict = await verifyAdmissionToken({ token, secret, drop: 'sneaker-1' }, room);
 *
 * @throws RangeError if an option is out of range; TypeError if the issuer or an address is missing. Never for what was presented.
 */
export async function verifyAdmissionToken(
  presented: PresentedAdmission,
  options: AdmissionVerifierOptions,
): Promise<AdmissionVerdict> {
  let verifier = verifiers.get(options);
  if (!verifier) {
    verifier = createAdmissionVerifier(options);
    verifiers.set(options, verifier);
  }
  return verifier.verify(presented);
}
