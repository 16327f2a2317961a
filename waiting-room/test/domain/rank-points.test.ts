import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rankPoints } from '../../src/domain/rank-points.ts';

test('Q20: the first hundred ranks exactly, then every hundredth of the line, ascending, once each, within it', () => {
  fc.assert(
    fc.property(
      fc.nat(5_000_000),
      fc.array(fc.integer({ min: -5, max: 6_000_000 }), { maxLength: 3 }),
      (total, extra) => {
        const points = rankPoints(total, extra);
        expect(points.length).toBeLessThanOrEqual(250);
        points.forEach((rank, i) => {
          expect(rank).toBeGreaterThan(points[i - 1] ?? -1);
          expect(rank).toBeLessThan(total);
        });
        expect(points.slice(0, 101)).toEqual(
          Array.from({ length: Math.min(101, total) }, (_, rank) => rank).slice(0, 101),
        );
        if (total > 0) expect(points.at(-1)).toBe(total - 1);
        const widest = Math.max(0, ...points.slice(1).map((rank, i) => rank - (points[i] as number)));
        expect(widest).toBeLessThanOrEqual(Math.max(1, Math.ceil(total / 100)));
        // Near the front a place is told to within some sixth of itself, whatever lies between two points.
        points.slice(1).forEach((rank, i) => {
          const before = points[i] as number;
          if (rank > 101 && rank < total / 10) expect((rank - before) / before).toBeLessThan(0.22);
        });
        for (const rank of extra) if (rank >= 0 && rank < total) expect(points).toContain(rank);
      },
    ),
  );
});
