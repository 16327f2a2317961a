import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalLines } from '../../src/domain/lines.ts';

const line = fc.record({
  sku: fc.stringMatching(/^[A-Za-z0-9._-]{1,6}$/),
  quantity: fc.integer({ min: 1, max: 9 }),
});
const distinct = fc.uniqueArray(line, { selector: ({ sku }) => sku, minLength: 1, maxLength: 20 });

test('the same wish has one form, however its lines are arranged', () => {
  fc.assert(
    fc.property(distinct, fc.infiniteStream(fc.nat()), (lines, weights) => {
      const shuffled = lines
        .map((one) => ({ one, weight: weights.next().value as number }))
        .sort((a, b) => a.weight - b.weight)
        .map(({ one }) => one);
      expect(canonicalLines(shuffled)).toEqual(canonicalLines(lines));
    }),
  );
});

test('nothing is added, lost or changed, and the order is the one that rows are locked in', () => {
  fc.assert(
    fc.property(distinct, (lines) => {
      const canonical = canonicalLines(lines);
      if (!canonical.ok) throw new Error(canonical.reason);
      expect(new Set(canonical.lines.map((one) => JSON.stringify(one)))).toEqual(
        new Set(lines.map(({ sku, quantity }) => JSON.stringify({ sku, quantity }))),
      );
      const skus = canonical.lines.map(({ sku }) => sku);
      expect(skus).toEqual([...skus].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
  );
});

test('promise 8: a SKU that is stated twice is named, with the place of the second', () => {
  const lines = ['b', 'a', 'b'].map((sku) => ({ sku, quantity: 1 }));
  expect(canonicalLines(lines)).toEqual({ ok: false, field: 'lines.2.sku', reason: 'b is stated twice' });
});
