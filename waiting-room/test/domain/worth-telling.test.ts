import { expect, test } from 'vitest';
import { worthTelling } from '../../src/domain/worth-telling.ts';

test('2.3: a number is told again when it changed enough to matter: each step among the first hundred, a hundredth further back', () => {
  for (const [shown, now, isTold] of [
    [null, null, false],
    [null, 5, true],
    [5, null, true],
    [5, 5, false],
    [5, 4, true],
    [4, 5, true],
    [99, 100, true],
    [100, 99, true],
    [100, 100, false],
    [150, 149, false],
    [150, 148, true],
    [20_000, 19_801, false],
    [20_000, 19_800, true],
    [20_000, 20_199, false],
    [20_000, 20_200, true],
  ] as const)
    expect([shown, now, worthTelling(shown, now)]).toEqual([shown, now, isTold]);
});
