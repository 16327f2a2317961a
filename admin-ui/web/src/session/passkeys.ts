/** Passkeys of this browser and what is plugged into it: made, and shown. What goes wrong is told as one of our faults. */
import { ApiFault } from '../api/api-fault.ts';
import { request } from '../api/request.ts';

type CreationOptions = PublicKeyCredentialCreationOptionsJSON;
type RequestOptions = PublicKeyCredentialRequestOptionsJSON;

/** Whether there is any use in offering them: browsers have them on https and on localhost only. */
export const hasPasskeys = (): boolean =>
  typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

/**
 * Asks whoever is here for a new passkey, as the server wants it.
 * @throws ApiFault `passkey-cancelled`, `passkey-exists`, `passkey-impossible`
 */
export async function makePasskey(): Promise<unknown> {
  const { content } = await request<CreationOptions>('POST', '/api/v1/mfa/passkeys/challenge');
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(content);
  return told(navigator.credentials.create({ publicKey }));
}

/**
 * Asks whoever is here to show a passkey.
 * @param purpose `sign-in`: alone, so that it has to know its holder; `second-factor`: beside something else
 * @throws ApiFault as `makePasskey`
 */
export async function showPasskey(purpose: 'sign-in' | 'second-factor'): Promise<unknown> {
  const asked = await request<RequestOptions>('POST', '/api/v1/passkey-challenges', {
    body: { for: purpose },
    isProof: true,
  });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.content);
  return told(navigator.credentials.get({ publicKey }));
}

async function told(asking: Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = (await asking) as PublicKeyCredential | null;
    if (credential) return credential.toJSON();
  } catch (thrown) {
    throw new ApiFault(400, { type: typeOf(thrown) });
  }
  throw new ApiFault(400, { type: 'passkey-cancelled' });
}

/** By the names that WebAuthn Level 3 gives them; cancelled and timed out are the same to it, on purpose. */
function typeOf(thrown: unknown): string {
  const name = thrown instanceof DOMException ? thrown.name : '';
  if (name === 'InvalidStateError') return 'passkey-exists';
  return name === 'NotAllowedError' || name === 'AbortError' ? 'passkey-cancelled' : 'passkey-impossible';
}
