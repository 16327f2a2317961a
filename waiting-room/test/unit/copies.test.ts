import { expect, test } from 'vitest';
import { Copies, type Copy } from '../../src/queue/copies.ts';

const copyOf = (run: string, seq: number): Copy => ({
  ...{ seq, control: { run_id: run }, rankMap: null, seed: null, page: null },
});

test('Q28: healed once within one run of Redis, an instance still offers what it knows to the next run', () => {
  const copies = new Copies();
  copies.keep('d', copyOf('one', 1));
  copies.markHealed('d'); // emptied, and restored: the run is the same
  expect(copies.keep('d', copyOf('one', 2))).toBe(true);
  expect(copies.keep('d', copyOf('two', 3))).toBe(false);
  expect(copies.get('d')?.seq).toBe(2);
  copies.markHealed('d');
  expect(copies.keep('d', copyOf('two', 4))).toBe(true);
});
