/**
 * HMAC-SHA-256 (RFC 2104) by two one-shot hashes. `createHmac` makes a stream and a native object for each message, which
 * costs three times what the hashing does; a join needs two of these.
 */
import { hash, type KeyObject } from 'node:crypto';

/** SHA-256 works on blocks of this size, and gives digests of that. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Longest message, in bytes: a ticket's body is the longest there is, some 220. */
const MESSAGE_BYTES_MAX = 512;

interface Pads {
  /** The key's inner pad, and behind it room for the message. */
  readonly inner: Buffer;
  /** The key's outer pad, and behind it room for the inner digest. */
  readonly outer: Buffer;
}

const known = new WeakMap<KeyObject, Pads>();

/**
 * The digest as a binary string, a character for each of its 32 bytes.
 * @param key secret, at most 64 bytes
 * @param message at most 512 bytes; text as UTF-8
 * @throws RangeError for a longer one
 */
export function hmacSha256(key: KeyObject, message: Buffer | string): string {
  const { inner, outer } = known.get(key) ?? padsOf(key);
  const bytes = typeof message === 'string' ? Buffer.byteLength(message) : message.length;
  if (bytes > MESSAGE_BYTES_MAX) throw new RangeError('message is longer than what is ever signed here');
  if (typeof message === 'string') inner.write(message, BLOCK_BYTES);
  else message.copy(inner, BLOCK_BYTES);
  outer.write(hash('sha256', inner.subarray(0, BLOCK_BYTES + bytes), 'binary'), BLOCK_BYTES, 'latin1');
  return hash('sha256', outer, 'binary');
}

function padsOf(key: KeyObject): Pads {
  const secret = key.export();
  if (secret.length > BLOCK_BYTES) throw new RangeError('key is longer than a block');
  const pad = (mask: number, room: number) => {
    const bytes = Buffer.alloc(BLOCK_BYTES + room);
    for (let i = 0; i < BLOCK_BYTES; i++) bytes[i] = mask ^ (secret[i] ?? 0);
    return bytes;
  };
  const pads = { inner: pad(0x36, MESSAGE_BYTES_MAX), outer: pad(0x5c, DIGEST_BYTES) };
  known.set(key, pads);
  return pads;
}
