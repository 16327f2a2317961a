// What is no YAML is told by kind and place, in words that a screen has in every language; none of the parser's own.

import { Problem } from '@sluice/service-kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReason } from '../../src/domain/reasons.ts';
import { parseYaml } from '../../src/plugins/yaml-body.ts';

function refusalOf(text: string) {
  try {
    parseYaml(text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const [fault] = error.extra.errors as { reason: string }[];
    return readReason(fault?.reason ?? '');
  }
  return undefined;
}

test.each([
  ['version: 1\nversion: 1\n', 'yaml-twice', { name: 'version', line: '2' }],
  ['drops:\n\tid: x\n', 'yaml-tab', { line: '2' }],
  ['a: 1\n   b: 2\n', 'yaml-indent', { line: '1', column: '4' }],
  ['a:\n  - x\n - y\n', 'yaml-indent', { line: '3', column: '1' }],
  ['a: 1\nb: "x\nc: 1\n', 'yaml-quote', { line: '2' }],
  ["a: 'x' \nb: 'y\n", 'yaml-quote', { line: '2' }],
  ['a: 1\nb: [1, 2\nc: 1\n', 'yaml-bracket', { line: '2' }],
  ['a: [1]\nb: {x: 1\n', 'yaml-bracket', { line: '2' }],
  ['version: 1\ndrops\nx: 1\n', 'yaml-colon', { line: '2' }],
  ['a: b: c\n', 'yaml-colons', { line: '1' }],
  ['a: @x\n', 'yaml-start', { mark: '@', line: '1' }],
  ['a: "\\q"\n', 'yaml-escape', { line: '1' }],
  ['a: 1\n---\nb: 2\n', 'yaml-documents', { line: '2' }],
  ['a: *nobody\n', 'yaml-anchor', { name: 'nobody' }],
  ['a: &a {b: *a}\n', 'yaml-loops', {}],
  ['a: "x" y\n', 'yaml', { line: '1', column: '8' }],
])('promise 8: %j is refused as %s', (text, code, values) => {
  expect(refusalOf(text)).toEqual({ code, values });
});

test('promise 8: whatever is sent as YAML is a value, or a refusal of a kind that has words', () => {
  const piece = fc.constantFrom(
    ...['a', ': ', '- ', '\n', '  ', '\t', '"', "'", '[', ']', '{', '}', ', ', '&a ', '*a', '!x ', '|', '>'],
    ...['? ', '%', '@', '---\n', '...\n', '#', '\\', '<<: '],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('');
      let refusal: ReturnType<typeof refusalOf> | 'a value' = 'a value';
      try {
        parseYaml(text);
      } catch {
        refusal = refusalOf(text);
      }
      expect(refusal, text).toBeDefined();
    }),
    { numRuns: 2000 },
  );
});
