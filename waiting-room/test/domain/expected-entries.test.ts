import { expect, test } from 'vitest';
import { expectedEntriesPerSecond } from '../../src/domain/expected-entries.ts';

const NOW = 1_795_532_512_000;
const plan = (changes: object) => ({
  phase: 'open',
  opensUs: (NOW - 60_000) * 1000,
  closesUs: 0,
  ratePerMinute: 600,
  ...changes,
});

test('an open drop lets in its rate, a drop that opens in the middle of the five minutes half of it', () => {
  expect(expectedEntriesPerSecond(plan({}), NOW)).toBe(10);
  expect(expectedEntriesPerSecond(plan({ phase: 'lobby', opensUs: (NOW + 150_000) * 1000 }), NOW)).toBe(5);
  expect(expectedEntriesPerSecond(plan({ phase: 'scheduled', opensUs: (NOW + 300_000) * 1000 }), NOW)).toBe(
    0,
  );
});

test('a drop that closes soon counts until then, a closed or sold-out one not at all, a paused one fully', () => {
  expect(expectedEntriesPerSecond(plan({ closesUs: (NOW + 30_000) * 1000 }), NOW)).toBe(1);
  expect(expectedEntriesPerSecond(plan({ closesUs: (NOW - 1) * 1000 }), NOW)).toBe(0);
  expect(expectedEntriesPerSecond(plan({ phase: 'closed' }), NOW)).toBe(0);
  expect(expectedEntriesPerSecond(plan({ phase: 'sold_out' }), NOW)).toBe(0);
  expect(expectedEntriesPerSecond(plan({ phase: 'paused' }), NOW)).toBe(10);
});
