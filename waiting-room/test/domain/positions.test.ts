import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aheadOf, beyond, type RankMap, rankOf } from '../../src/domain/positions.ts';
import { rankPoints } from '../../src/domain/rank-points.ts';

/** The map that the room reads of these orders, and how many really stand before each of them. */
function mapOf(line: readonly number[]): RankMap {
  const ranks = rankPoints(line.length);
  return { ranks, orders: ranks.map((rank) => line[rank] as number), total: line.length };
}

const lines = fc
  .uniqueArray(fc.integer({ min: 1, max: 2 ** 50 }), { minLength: 1, maxLength: 1500, size: 'max' })
  .map((orders) => orders.sort((a, b) => a - b));

test('Q20: whatever the line looks like, the first hundred are exact, the others within a hundredth of the line', () => {
  fc.assert(
    fc.property(lines, (line) => {
      const map = mapOf(line);
      line.forEach((order, rank) => {
        const told = rankOf(order, map);
        if (rank <= 100) expect(told).toBe(rank);
        else expect(Math.abs(told - rank)).toBeLessThanOrEqual(Math.ceil(line.length / 100));
      });
    }),
    { numRuns: 60 },
  );
});

test('Q20: positions keep the order of the line, and none is below 0 or beyond its end', () => {
  fc.assert(
    fc.property(lines, fc.array(fc.integer({ min: 0, max: 2 ** 50 })), (line, orders) => {
      const map = mapOf(line);
      const told = orders.sort((a, b) => a - b).map((order) => rankOf(order, map));
      told.forEach((rank, i) => {
        expect(rank).toBeGreaterThanOrEqual(told[i - 1] ?? 0);
        expect(rank).toBeLessThanOrEqual(line.length);
      });
    }),
    { numRuns: 60 },
  );
});

test('Q21: nobody is told a place from a map that was read before they came: it could only grow', () => {
  const now = Date.UTC(2026, 0, 1);
  const map = mapOf([1000, 2000, now * 1000]);
  expect(aheadOf(now * 1000 + 1, map, now)).toBeNull();
  expect(aheadOf(now * 1000 + 1, map, now + 1)).toBe(3);
  // Drawn orders are no times.
  expect(aheadOf(2000, map, now)).toBe(1);
});

test('Q27: beyond a frontier the same map counts from there', () => {
  const map = mapOf([10, 20, 30, 40]);
  expect(beyond(map, 20)).toEqual({ ranks: [0, 1], orders: [30, 40], total: 2 });
  expect(beyond(map, 99)).toEqual({ ranks: [], orders: [], total: 0 });
  expect(rankOf(5, { ranks: [], orders: [], total: 0 })).toBe(0);
});
