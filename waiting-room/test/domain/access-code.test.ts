/** Access codes as the room reads them (ADR 0112). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CODE_LENGTH_MAX, findCode, spellingOf } from '../../src/domain/access-code.ts';
import { batchOf, makeCode, newCodeKey, wordDigest } from '../support/access-codes.ts';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const VECTORS = ['ZRAF-TS8G-1XWF-836B', 'SVC6-TRA2-BX7Q-82KJ'];
const WORD_VECTOR = 'B3QXJNWcz1W93TWiC5Pk6g';

test('a code made long ago, by whichever service, is read for what it is', () => {
  // The control plane's test makes these; a change that breaks one makes codes worthless that were sent to people.
  expect([makeCode(KEY, 1, 0), makeCode(KEY, 255, 16_777_215)]).toEqual(VECTORS);
  expect(wordDigest(KEY, 'early bird')).toBe(WORD_VECTOR);
  const rules = { key: KEY, batches: [batchOf({ count: 1 })] };
  expect(findCode(rules, VECTORS[0] ?? '')?.id).toBe('1.0');
});

test('every code of a batch is found however it is typed, and none beyond its count', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 16_777_215 }),
      fc.boolean(),
      (number, at, isIn) => {
        const batch = batchOf({ number, count: isIn ? at + 1 : at });
        const rules = {
          key: KEY,
          batches: [batchOf({ number: (number + 1) % 256, count: 16_777_216 }), batch],
        };
        const typed = makeCode(KEY, number, at).toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o');
        expect(findCode(rules, ` ${typed}`)).toEqual(isIn ? { batch, id: `${number}.${at}` } : null);
      },
    ),
  );
});

test('promise 3: a code with any sign changed, of another drop or of a batch that was withdrawn is nobody’s', () => {
  const batch = batchOf({ count: 16_777_216 });
  const rules = { key: KEY, batches: [batch] };
  const code = spellingOf(makeCode(KEY, 1, 4));
  expect(findCode(rules, code)?.id).toBe('1.4');
  for (let at = 0; at < code.length; at++) {
    const changed = `${code.slice(0, at)}${code[at] === '7' ? '8' : '7'}${code.slice(at + 1)}`;
    expect(findCode(rules, changed), changed).toBeNull();
  }
  expect(findCode({ key: newCodeKey(), batches: [batch] }, code)).toBeNull();
  expect(findCode({ key: KEY, batches: [] }, code)).toBeNull();
});

test('a word that a merchant chose is found by its digest, and whatever else is entered is none', () => {
  const word = batchOf({
    number: 3,
    kind: 'bypass',
    count: 1,
    usesMax: 50,
    wordDigest: wordDigest(KEY, 'Early-Bird-26'),
  });
  const rules = { key: KEY, batches: [word] };
  expect(findCode(rules, 'early bird 26')).toEqual({ batch: word, id: '3.0' });
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: CODE_LENGTH_MAX + 5 }), (text) => {
      fc.pre(spellingOf(text) !== 'EAR1YB1RD26');
      expect(findCode(rules, text)).toBeNull();
    }),
  );
  expect(findCode(rules, `early bird 26${' '.repeat(CODE_LENGTH_MAX)}`)).toBeNull();
});
