import { expect, test } from 'vitest';
import { mutantsOf } from '../../lib/mutants.mjs';

const textsOf = (source: string) =>
  mutantsOf('a.ts', source).map(({ start, end, text }) => source.slice(0, start) + text + source.slice(end));

test('each fault is one change, and the text around it stays', () => {
  expect(textsOf('export const isLong = (a: string) => a.length >= 5;')).toEqual([
    'export const isLong = (a: string) => undefined;',
    'export const isLong = (a: string) => ((a.length) > (5));',
  ]);
  expect(textsOf('if (!done) stop(true);')).toEqual([
    'if (true) stop(true);',
    'if (false) stop(true);',
    'if ((done)) stop(true);',
    'if (!done) stop(false);',
  ]);
  expect(textsOf('function f() { return a ?? b; }')).toEqual([
    'function f() { return undefined; }',
    'function f() { return ((a) && (b)); }',
  ]);
});

test('types, texts and numbers are left alone, and what returns nothing already', () => {
  expect(
    textsOf("type T = true | 'a'; interface I { a: false } const n: true = 'x' as never; let m = 5;"),
  ).toEqual([]);
  expect(textsOf('function f() { return; } function g() { return undefined; }')).toEqual([]);
});

test('a loop is never made endless', () => {
  expect(textsOf('while (more) step();')).toEqual(['while (false) step();']);
});

test('the line is told as people count', () => {
  expect(mutantsOf('a.ts', 'let a;\n\nif (a) a = 1;').map(({ line, what }) => [line, what])).toEqual([
    [3, 'a → true'],
    [3, 'a → false'],
  ]);
});

test('a file that can not be read is an error', () => {
  expect(() => mutantsOf('a.ts', 'const = ;')).toThrow('a.ts: ');
});
