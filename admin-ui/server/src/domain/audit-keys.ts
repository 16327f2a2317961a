/**
 * The keys of the audit log, derived from the one secret that the control plane has and its database has not: one seals
 * every entry, one signs the chain's head. Knowing the public half is enough to check heads.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';

/** The end of the chain at a moment, as it is written outside the database. */
export interface AuditHead {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
  /** RFC 3339. */
  readonly at: string;
}

export interface SignedHead extends AuditHead {
  readonly kid: string;
  /** base64url, Ed25519 over {@link headText}. */
  readonly signature: string;
}

export interface AuditKeys {
  /** What an entry of this hash carries. */
  seal(hash: Uint8Array): Buffer;
  isSealed(hash: Uint8Array, seal: Uint8Array): boolean;
  signHead(head: AuditHead): SignedHead;
  isSigned(head: SignedHead): boolean;
  /** PEM, for those who check heads elsewhere. */
  readonly publicKey: string;
}

/** PKCS #8 of an Ed25519 private key up to its 32 bytes (RFC 8410). */
const PKCS8_BEGINNING = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY_BYTES = 32;
const KID_DIGITS = 16;

/** @param secret 32 bytes in base64url */
export function createAuditKeys(secret: string): AuditKeys {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', purpose, KEY_BYTES));
  const sealKey = derive('sluice audit seal');
  const privateKey: KeyObject = createPrivateKey({
    key: Buffer.concat([PKCS8_BEGINNING, derive('sluice audit heads')]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey);
  const publicDer = publicKey.export({ format: 'der', type: 'spki' });
  const kid = createHash('sha256').update(publicDer).digest('hex').slice(0, KID_DIGITS);

  const seal = (hash: Uint8Array) => createHmac('sha256', sealKey).update(hash).digest();
  return {
    seal,
    isSealed(hash, given) {
      const expected = seal(hash);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
    signHead(head) {
      const signature = sign(null, headText(kid, head), privateKey).toString('base64url');
      return { ...head, kid, signature };
    },
    isSigned: (head) =>
      head.kid === kid &&
      verify(null, headText(kid, head), publicKey, Buffer.from(head.signature, 'base64url')),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  };
}

/** What is signed: `sluice-audit-head`, kid, seq, hash and time, a line each. */
function headText(kid: string, { seq, hash, at }: AuditHead): Buffer {
  return Buffer.from(['sluice-audit-head', kid, seq, hash, at].join('\n'));
}
