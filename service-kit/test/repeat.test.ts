import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repeat } from '../src/repeat.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a job runs again after a failure, never beside itself, and not after it was closed', async () => {
  let runs = 0;
  let together = 0;
  let most = 0;
  const errors: unknown[] = [];
  const job = repeat({
    everyMs: 100,
    onError: (error) => errors.push(error),
    async run() {
      most = Math.max(most, ++together);
      await Promise.resolve();
      together--;
      if (++runs === 2) throw new Error('once');
    },
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(runs).toBeGreaterThanOrEqual(9);
  expect(runs).toBeLessThanOrEqual(12);
  await job.close();
  const closedAt = runs;
  await vi.advanceTimersByTimeAsync(1000);
  expect([runs, most, errors.length]).toEqual([closedAt, 1, 1]);
});
