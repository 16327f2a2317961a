import { expect, test } from 'vitest';
import { Problem, problem, registerProblems } from '../../src/problem.ts';

test('a problem is the document of RFC 9457, with further members beside the standard ones', () => {
  registerProblems({ 'line-full': { status: 503, title: 'The line is full' } });
  const full = problem('line-full', 'Come back.', { retryAfterSeconds: 5, drop: 'demo' });
  expect(full).toBeInstanceOf(Problem);
  expect(JSON.parse(JSON.stringify(full))).toEqual({
    type: 'https://sluice.dev/problems/line-full',
    title: 'The line is full',
    status: 503,
    detail: 'Come back.',
    drop: 'demo',
  });
  expect(full.retryAfterSeconds).toBe(5);
});

test('a type that nobody registered is a mistake of the code, told at once', () => {
  expect(() => problem('no-such-type')).toThrow('"no-such-type" is not registered');
});
