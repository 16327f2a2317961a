// @ts-check
// Makes the secrets a stack of services needs, once, as files only their owner can read.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ folder: string, admissionKeysFile: string, ticketKeysFile: string, seedKeyFile: string, webhookKey: string, serviceToken: string, operatorKey: string }} StackKeys */

/**
 * @param {string} folder keys already there are kept
 * @returns {StackKeys}
 */
export function ensureKeys(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secret = () => randomBytes(32).toString('base64url');
  const file = (/** @type {string} */ name, /** @type {() => string} */ make) => {
    const path = join(folder, name);
    if (!existsSync(path)) writeFileSync(path, make(), { mode: 0o600 });
    return path;
  };
  const read = (/** @type {string} */ path) => readFileSync(path, 'utf8');
  return {
    folder,
    admissionKeysFile: file('admission-keys.json', makeAdmissionKeys),
    ticketKeysFile: file('ticket-keys.json', () => JSON.stringify({ keys: [{ kid: 1, secret: secret() }] })),
    seedKeyFile: file('seed.key', secret),
    webhookKey: read(file('webhook.key', secret)),
    serviceToken: read(file('service-token', secret)),
    operatorKey: read(file('operator-key', secret)),
  };
}

/** @returns {string} a set of one private Ed25519 JWK */
function makeAdmissionKeys() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const jwk = {
    ...privateKey.export({ format: 'jwk' }),
    kid: randomBytes(6).toString('base64url'),
    alg: 'EdDSA',
    use: 'sig',
  };
  return JSON.stringify({ keys: [jwk] });
}
