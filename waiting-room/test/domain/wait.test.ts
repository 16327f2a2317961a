import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CALLABLE_POLL_MS_MAX,
  POLL_AFTER_MS_MAX,
  POLL_AFTER_MS_MIN,
  pollAfterMs,
  waitRange,
} from '../../src/domain/wait.ts';

const flow = { ratePerMinute: 300, outflowPerMinute: 240, showRate: 0.5 };

test('2.2: the wait is a range, from measured outflow and show rate: from those who will come at the quicker pace to all of them at the slower', () => {
  const wait = waitRange(1200, flow);
  expect(wait).toEqual({ minSeconds: Math.floor(120 * 0.9), maxSeconds: Math.ceil(300 * 1.1) + 5 });
});

test('nobody is promised a wait while nothing moves', () => {
  expect(waitRange(10, { ratePerMinute: 0, outflowPerMinute: 0, showRate: 1 })).toBeNull();
  expect(waitRange(10, { ratePerMinute: 60, outflowPerMinute: 0, showRate: 1 })).toEqual({
    minSeconds: 9,
    maxSeconds: 16,
  });
});

const waits = fc.option(fc.record({ minSeconds: fc.nat(100_000), maxSeconds: fc.nat(200_000) }));

test('Q23: nobody sleeps longer than a third of call window and grace, and whoever may be called no longer than five seconds', () => {
  fc.assert(
    fc.property(
      waits,
      fc.integer({ min: 40_000, max: 7_200_000 }),
      fc.boolean(),
      (wait, turnMs, callable) => {
        const ms = pollAfterMs(wait, turnMs, callable);
        expect(ms).toBeGreaterThanOrEqual(POLL_AFTER_MS_MIN);
        expect(ms).toBeLessThanOrEqual(Math.max(POLL_AFTER_MS_MIN, turnMs / 3));
        expect(ms).toBeLessThanOrEqual(callable ? CALLABLE_POLL_MS_MAX : POLL_AFTER_MS_MAX);
      },
    ),
  );
});

test('Q22: far back a shopper asks twice a minute, near the front every two seconds', () => {
  expect(pollAfterMs({ minSeconds: 3600, maxSeconds: 7200 }, 600_000, false)).toBe(30_000);
  expect(pollAfterMs({ minSeconds: 100, maxSeconds: 200 }, 600_000, false)).toBe(10_000);
  expect(pollAfterMs({ minSeconds: 3, maxSeconds: 9 }, 600_000, true)).toBe(2000);
});
