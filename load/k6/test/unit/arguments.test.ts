import { expect, test } from 'vitest';
import { readArguments } from '../../arguments.ts';

test('a scenario with numbers is read, `--short` changes those not given', () => {
  expect(readArguments(['opening', '--shoppers=500', '--rate', '600', '--short', '--json'])).toEqual({
    ok: true,
    value: {
      ...{ scenario: 'opening', shoppers: 500, stock: 30, rate: 600, instances: 2 },
      ...{ lobbySeconds: 4, sellingSeconds: 6, json: true },
    },
  });
});

test('promise 8: everything that is wrong with the arguments is told at once', () => {
  expect(readArguments(['closing', '--shoppers', '9', '--stock', 'many', '--speed', '3'])).toEqual({
    ok: false,
    faults: [
      'unknown scenario closing; there is opening',
      '--shoppers must be a whole number from 10 to 100000',
      '--stock must be a whole number from 1 to 1000000',
      'unknown argument --speed',
      'unknown scenario 3; there is opening',
    ],
  });
  expect(readArguments([])).toEqual({ ok: false, faults: ['name a scenario: opening'] });
});
