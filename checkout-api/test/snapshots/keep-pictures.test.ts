import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPictureKeeper } from '../../src/snapshots/keep-pictures.ts';
import type { StockPicture } from '../../src/store/stock.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Stock that changes when told to, and a reading that can be held back. */
function shelf() {
  let version = 1;
  let held: (() => void) | undefined;
  const published: number[] = [];
  const errors: unknown[] = [];
  let reads = 0;
  let isHeld = false;
  const keeper = createPictureKeeper({
    async read() {
      reads++;
      const seen = version;
      if (isHeld) await new Promise<void>((resolve) => (held = resolve));
      return { version: seen, at: new Date(), currency: 'EUR', products: [] } satisfies StockPicture;
    },
    publisher: {
      async publish(_drop, picture) {
        published.push(picture.version);
      },
    },
    onError: (error) => errors.push(error),
  });
  return {
    keeper,
    published,
    errors,
    reads: () => reads,
    change: () => ++version,
    hold: () => (isHeld = true),
    release() {
      isHeld = false;
      held?.();
    },
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test('only the instance that reports a drop writes its picture', async () => {
  const { keeper, reads } = shelf();
  keeper.changed('d');
  await settle();
  expect(reads()).toBe(0);
  keeper.own('d');
  keeper.changed('d');
  await settle();
  expect(reads()).toBe(1);
  keeper.disown('d');
  keeper.changed('d');
  await vi.advanceTimersByTimeAsync(1000);
  expect(reads()).toBe(1);
  keeper.own('d');
  await vi.advanceTimersByTimeAsync(3001);
  keeper.changed('d');
  await settle();
  expect(reads()).toBe(1);
});

test('however many ask while a picture is read, one reading follows it, and it shows what changed meanwhile', async () => {
  const { keeper, reads, change, hold, release, published } = shelf();
  keeper.own('d');
  hold();
  const first = keeper.refresh('d');
  change();
  const rest = Array.from({ length: 50 }, () => keeper.refresh('d'));
  for (let at = 0; at < 50; at++) keeper.changed('d');
  await settle();
  expect(reads()).toBe(1);
  release();
  await Promise.all([first, ...rest]);
  expect([reads(), published]).toEqual([2, [1, 2]]);
});

test('after a change the picture is looked at until nothing has changed for 300 ms, so an unannounced change is shown too', async () => {
  const { keeper, reads, change, published } = shelf();
  keeper.own('d');
  change();
  keeper.changed('d');
  await settle();
  change(); // not announced
  await vi.advanceTimersByTimeAsync(100);
  expect(published.at(-1)).toBe(3);
  await vi.advanceTimersByTimeAsync(1000);
  const quiet = reads();
  await vi.advanceTimersByTimeAsync(1000);
  expect(reads()).toBe(quiet);
  expect(quiet).toBeLessThan(12);
});

test('a storm of changes is read twenty times a second at most', async () => {
  const { keeper, reads, change } = shelf();
  for (let ms = 0; ms < 1000; ms++) {
    keeper.own('d');
    change();
    keeper.changed('d');
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(reads()).toBeGreaterThan(10);
  expect(reads()).toBeLessThanOrEqual(21);
});

test('a reading that fails is told, and the next change is shown', async () => {
  const errors: unknown[] = [];
  let fails = true;
  const published: string[] = [];
  const keeper = createPictureKeeper({
    async read() {
      if (fails) throw new Error('no connection');
      return { version: 1, at: new Date(), currency: 'EUR', products: [] };
    },
    publisher: { publish: async (drop) => void published.push(drop) },
    onError: (error) => errors.push(error),
  });
  keeper.own('d');
  keeper.changed('d');
  await settle();
  expect(errors).toHaveLength(1);
  await expect(keeper.refresh('d')).rejects.toThrow('no connection');
  fails = false;
  keeper.changed('d');
  await settle();
  expect(published).toEqual(['d']);
});
