// What is no table is told by line, in words that a screen has in every language; none of the parser's own.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReason } from '../../src/domain/reasons.ts';
import { readRows } from '../../src/plugins/csv-rows.ts';

test.each<[string, string, string, Record<string, string>?]>([
  ['a,b\n1\n', '/2', 'csv-cells', { columns: '2', cells: '1' }],
  ['a,b\n1,2\n\n3,4,5\n', '/4', 'csv-cells', { columns: '2', cells: '3' }],
  ['a,b\n"x" y,2\n', '/2', 'csv-after'],
  ['a,b\n"x\ny"z,1\n', '/3', 'csv-after'],
  ['a,b\n1,x"y\n', '/2', 'csv-inside'],
  ['a,b\n"1 ""2"" 3",x\n\n"open,""2\n3,4\n5,6\n', '/4', 'csv-open'],
])('promise 8: %j is refused at line %s as %s', (text, path, code, values = {}) => {
  const { fault } = readRows(text);
  expect(fault?.path).toBe(path);
  expect(readReason(fault?.reason ?? '')).toEqual({ code, values });
});

test('promise 8: whatever is sent as a table is rows, or a fault of a kind that has words', () => {
  const piece = fc.constantFrom('a', ',', '"', '""', '\n', '\r\n', ' ', "'=", '\ufeff', ';', '\t', 'ü');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const { fault } = readRows(pieces.join(''));
      if (fault) expect(readReason(fault.reason)?.code).toMatch(/^csv-(cells|after|inside|open)$/);
    }),
    { numRuns: 2000 },
  );
});
