/** Whether a compact token carries the Ed25519 signature of a key. Its header has been judged before. */
import { base64url, compactVerify } from 'jose';
import { nodeCrypto } from './node-crypto.ts';

/** A key is turned into Node's form once. Null: this runtime can't. */
const keyObjects = new WeakMap<CryptoKey, ReturnType<typeof keyObjectOf>>();

/** @param key imported for Ed25519 verification, and nothing else */
export async function verifySignature(token: string, key: CryptoKey): Promise<boolean> {
  let keyObject = keyObjects.get(key);
  if (keyObject === undefined) {
    keyObject = keyObjectOf(key);
    keyObjects.set(key, keyObject);
  }
  if (!nodeCrypto || !keyObject) {
    return compactVerify(token, key, { algorithms: ['EdDSA'] }).then(
      () => true,
      () => false,
    );
  }
  const end = token.lastIndexOf('.');
  // RFC 8037: over the ASCII of header and payload as they came. No algorithm is named: it is the key's.
  return nodeCrypto.verify(
    null,
    Buffer.from(token.slice(0, end), 'latin1'),
    keyObject,
    base64url.decode(token.slice(end + 1)),
  );
}

function keyObjectOf(key: CryptoKey) {
  try {
    const keyObject = nodeCrypto?.KeyObject.from(key) ?? null;
    return keyObject?.asymmetricKeyType === 'ed25519' ? keyObject : null;
  } catch {
    return null;
  }
}
