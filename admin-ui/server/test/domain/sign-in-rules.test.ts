import { expect, test } from 'vitest';
import { passwordFault } from '../../src/domain/password-rules.ts';
import { DELAY_SECONDS_MAX, delaySeconds, FREE_FAILURES } from '../../src/domain/sign-in-delays.ts';

test('a password must be long, and may be made of anything', () => {
  const email = 'ada@shop.example';
  for (const good of [
    'correct horse battery',
    'aaaaaaaaabcde',
    '            ünï çøđé',
    '🔑🗝️🔐🚪🏠🌍🌞🌝⭐🔥💧🌊',
  ])
    expect(passwordFault(good, email), good).toBeUndefined();
  for (const [bad, why] of [
    ['elevenchars', 'at least 12'],
    ['🔑🔑🔑🔑🔑🔑', 'at least 12'],
    ['x'.repeat(257), 'at most 256'],
    ['abababababab', 'different characters'],
    ['ada@shop.example', 'e-mail'],
    ['adaadaada-xyz', 'e-mail'],
  ] as const)
    expect(passwordFault(bad, email), bad).toContain(why);
});

test('the first failures cost nothing, then each costs twice as long, and never more than a quarter of an hour', () => {
  const delays = Array.from({ length: 40 }, (_, failures) => delaySeconds(failures, FREE_FAILURES));
  expect(delays.slice(0, 9)).toEqual([0, 0, 0, 0, 0, 2, 4, 8, 16]);
  expect(delays.every((delay, at) => at === 0 || delay >= (delays[at - 1] ?? 0))).toBe(true);
  expect(Math.max(...delays)).toBe(DELAY_SECONDS_MAX);
});
