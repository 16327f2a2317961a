/** Access codes as the control plane makes them (ADR 0112); the room's tests read the same ones. */
import { expect, test } from 'vitest';
import {
  type CodeBatch,
  codeRules,
  createCodeKeys,
  makeCode,
  wordDigest,
} from '../../src/domain/access-codes.ts';
import { OPEN_ACCESS } from '../../src/domain/drop-access.ts';

const KEY = Buffer.alloc(32, 7).toString('base64url');

test('codes are for ever what they were: those of the room’s own test', () => {
  expect([makeCode(KEY, 1, 0), makeCode(KEY, 255, 16_777_215)]).toEqual([
    'ZRAF-TS8G-1XWF-836B',
    'SVC6-TRA2-BX7Q-82KJ',
  ]);
  expect(wordDigest(KEY, 'early bird')).toBe('B3QXJNWcz1W93TWiC5Pk6g');
});

test('promise 3: no two drops have a key in common, and a drop’s is the same again', () => {
  const keyOf = createCodeKeys(KEY);
  expect(keyOf('a')).toBe(createCodeKeys(KEY)('a'));
  expect(
    new Set([keyOf('a'), keyOf('b'), createCodeKeys(Buffer.alloc(32, 8).toString('base64url'))('a')]).size,
  ).toBe(3);
});

test('codes of a batch differ, and tell neither their batch nor their number', () => {
  const codes = Array.from({ length: 2000 }, (_, at) => makeCode(KEY, 1, at));
  expect(new Set(codes).size).toBe(2000);
  expect(codes.every((code) => /^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/.test(code))).toBe(true);
  // Neighbours have their first signs in common no more often than strangers have.
  const alike = codes.filter((code, at) => at > 0 && code.slice(0, 2) === codes[at - 1]?.slice(0, 2)).length;
  expect(alike).toBeLessThan(20);
});

test('the room gets no code that was withdrawn, no label, and nothing at all of a drop without codes', () => {
  const batch: CodeBatch = {
    ...({ number: 0, kind: 'access', label: 'Press', count: 3, usesMax: 1, wordDigest: null } as const),
    ...{ createdAt: '2026-01-01T00:00:00.000Z', createdBy: 'someone', revokedAt: null },
  };
  const revoked = { ...batch, number: 1, revokedAt: '2026-01-02T00:00:00.000Z' };
  expect(codeRules({ id: 'a', access: OPEN_ACCESS, codeBatches: [batch, revoked] }, () => KEY)).toEqual({
    key: KEY,
    batches: [{ number: 0, kind: 'access', count: 3, usesMax: 1, wordDigest: null }],
  });
  expect(codeRules({ id: 'a', access: OPEN_ACCESS, codeBatches: [revoked] }, () => KEY)).toBeUndefined();
  expect(
    codeRules({ id: 'a', access: { ...OPEN_ACCESS, codeRequired: true }, codeBatches: [] }, () => KEY)
      ?.batches,
  ).toEqual([]);
});
