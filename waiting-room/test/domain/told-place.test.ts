import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Told, tell } from '../../page/told-place.ts';

const place = (ahead: number, generation = 0, generationReason: string | null = null) => ({
  ahead,
  generation,
  generationReason,
});

test('Q21: a shopper is told min(last shown, now) as long as the generation is the same', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1 }), (numbers) => {
      let told: Told | null = null;
      for (const [i, ahead] of numbers.entries()) {
        told = tell(told, 'line', place(ahead));
        expect(told).toMatchObject({ ahead: Math.min(...numbers.slice(0, i + 1)), grownBy: null });
      }
    }),
  );
});

test('Q21: with another generation the number may grow, and the page has the reason for as long as it stays', () => {
  let told = tell(null, 'line', place(40));
  told = tell(told, 'line', place(43, 1, 'head-start'));
  expect(told).toMatchObject({ ahead: 43, grownBy: 'head-start' });
  told = tell(told, 'line', place(44, 1, 'head-start'));
  expect(told).toMatchObject({ ahead: 43, grownBy: 'head-start' });
  told = tell(told, 'line', place(42, 1, 'head-start'));
  expect(told).toMatchObject({ ahead: 42, grownBy: null });
});

test('Q21: a generation that changed elsewhere in the line tells nobody anything', () => {
  const told = tell(tell(null, 'line', place(40)), 'line', place(38, 5, 'returned'));
  expect(told).toMatchObject({ ahead: 38, generation: 5, grownBy: null });
});

test('Q21: at the gate the counting begins anew, with generations of its own', () => {
  const told = tell(tell(null, 'line', place(0, 7)), 'gate', place(12, 2));
  expect(told).toMatchObject({ counted: 'gate', ahead: 12, grownBy: null });
  expect(tell(told, 'gate', place(13, 2))).toMatchObject({ ahead: 12 });
  expect(tell(told, 'gate', place(13, 3, 'came-forward'))).toMatchObject({
    ahead: 13,
    grownBy: 'came-forward',
  });
});
