/** The room's own signing key, from the files of the stack: what a thief of it could do is tried as well. */
import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Material } from '../raid/forgeries.ts';

export function readRoomKey(keysDir: string): Material['roomKey'] {
  const file = JSON.parse(readFileSync(join(keysDir, 'admission-keys.json'), 'utf8')) as {
    keys: [JsonWebKey & { kid: string }];
  };
  const [jwk] = file.keys;
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  return { kid: jwk.kid, privateKey, publicKey: createPublicKey(privateKey) };
}
