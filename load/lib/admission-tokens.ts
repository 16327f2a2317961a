/** Admission tokens as the room signs them, for benches that begin behind the queue. */
import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '../../scripts/lib/stack.mjs';

export interface Admission {
  readonly token: string;
  /** What the token is bound to; goes along in `Sluice-Secret`. */
  readonly secret: string;
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Makes admissions of new shoppers to one drop, with the stack's own signing key. */
export function createAdmissionMaker(
  { keysDir, rooms }: Pick<Stack, 'keysDir' | 'rooms'>,
  drop: string,
  lifetimeSeconds: number,
): () => Admission {
  const { keys } = readKeys(keysDir);
  const key = createPrivateKey({ key: keys[0] as never, format: 'jwk' });
  const header = base64url({ alg: 'EdDSA', typ: 'admission+jwt', kid: keys[0].kid });
  const iss = new URL(rooms[0]?.url ?? '').origin;
  return () => {
    const secret = randomBytes(32).toString('base64url');
    const number = randomBytes(32).toString('base64url');
    const bind = createHash('sha256').update(secret).digest('base64url');
    const iat = Math.floor(Date.now() / 1000);
    const exp = iat + lifetimeSeconds;
    const signed = `${header}.${base64url({ iss, aud: drop, sub: number, jti: number, iat, nbf: iat, exp, cnf: { bind } })}`;
    return { token: `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`, secret };
  };
}

/** The public half of the stack's signing key, as JWK. */
export function publicKeyOf({ keysDir }: Pick<Stack, 'keysDir'>): { kty: string; crv: string; x: string } {
  const [{ kty, crv, x }] = readKeys(keysDir).keys;
  return { kty, crv, x };
}

function readKeys(keysDir: string) {
  return JSON.parse(readFileSync(join(keysDir, 'admission-keys.json'), 'utf8')) as {
    keys: [{ kid: string; kty: string; crv: string; x: string }];
  };
}
