import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hmacSha256 } from '../../src/domain/hmac.ts';

const hex = (digest: string) => Buffer.from(digest, 'latin1').toString('hex');

test('RFC 4231: the first two test cases', () => {
  const first = createSecretKey(Buffer.alloc(20, 0x0b));
  expect(hex(hmacSha256(first, 'Hi There'))).toBe(
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  );
  const second = createSecretKey(Buffer.from('Jefe'));
  expect(hex(hmacSha256(second, 'what do ya want for nothing?'))).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('Q14: it is the HMAC of node:crypto for every key and message, whatever was signed before with the same key', () => {
  const keys = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => createSecretKey(bytes));
  const bytes = fc.uint8Array({ maxLength: 512 }).map((message) => Buffer.from(message));
  const text = fc.string({ unit: 'binary', maxLength: 100 });
  fc.assert(
    fc.property(keys, fc.array(fc.oneof(bytes, text), { minLength: 1, maxLength: 4 }), (key, messages) => {
      for (const message of messages)
        expect(hex(hmacSha256(key, message))).toBe(createHmac('sha256', key).update(message).digest('hex'));
    }),
  );
});

test('what is longer than anything signed here is refused, not cut', () => {
  const key = createSecretKey(Buffer.alloc(32, 1));
  expect(() => hmacSha256(key, Buffer.alloc(513))).toThrow(RangeError);
  expect(() => hmacSha256(key, 'ü'.repeat(257))).toThrow(RangeError);
  expect(() => hmacSha256(createSecretKey(Buffer.alloc(65, 1)), 'x')).toThrow(RangeError);
});
