/** One-time passwords of an authenticator (RFC 6238): six digits, thirty seconds, one step early or late. */
import { Secret, TOTP } from 'otpauth';

const SECRET_BYTES = 20;
const STEP_SECONDS = 30;

const totpOf = (secret: Secret, label: string) =>
  new TOTP({ issuer: 'Sluice', label, secret, digits: 6, period: STEP_SECONDS });

/** A new secret in base32, and the address that a QR code shows. */
export function makeTotp(email: string): { secret: string; uri: string } {
  const secret = new Secret({ size: SECRET_BYTES });
  return { secret: secret.base32, uri: totpOf(secret, email).toString() };
}

/** The step whose code it is, so that it can be taken once; undefined: it is not one of now. */
export function stepOf(secret: string, code: string, nowMs: number): number | undefined {
  const totp = totpOf(Secret.fromBase32(secret), '');
  const delta = totp.validate({ token: code, timestamp: nowMs, window: 1 });
  return delta === null ? undefined : Math.floor(nowMs / 1000 / STEP_SECONDS) + delta;
}
