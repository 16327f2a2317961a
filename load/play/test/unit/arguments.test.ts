import { expect, test } from 'vitest';
import { readArguments } from '../../arguments.ts';

test('what is not given has its default; the stock is a fifth of the shoppers', () => {
  expect(readArguments([], 7)).toEqual({
    ok: true,
    value: {
      shoppers: 300,
      stock: 60,
      rate: 1200,
      seed: 7,
      instances: 2,
      gates: 0,
      json: false,
      chaos: false,
      sabotage: undefined,
    },
  });
});

test('numbers are taken in both spellings, and at their bounds', () => {
  const args = ['--shoppers=20', '--stock', '1', '--rate', '60', '--seed', '0', '--instances=8', '--json'];
  expect(readArguments([...args, '--chaos', '--sabotage', 'rate'], 7)).toEqual({
    ok: true,
    value: {
      shoppers: 20,
      stock: 1,
      rate: 60,
      seed: 0,
      instances: 8,
      gates: 0,
      json: true,
      chaos: true,
      sabotage: 'rate',
    },
  });
});

test('every fault is told at once, with what was expected', () => {
  const args = [
    '--shoppers',
    '19',
    '--rate=many',
    '--instances',
    '9',
    '--what',
    '--sabotage',
    'fire',
    '--stock',
  ];
  expect(readArguments(args, 7)).toEqual({
    ok: false,
    faults: [
      '--shoppers must be a whole number from 20 to 20000, not "19"',
      '--rate must be a whole number from 60 to 1000000, not "many"',
      '--instances must be a whole number from 1 to 8, not "9"',
      'unknown argument --what',
      expect.stringMatching(/^--sabotage must be one of oversell, inversion, rate,/),
      '--stock must be a whole number from 1 to 100000',
    ],
  });
});

test('an outage of the room is ordered by gates or by chaos, not by both', () => {
  expect(readArguments(['--gates', '4', '--chaos'], 7)).toMatchObject({
    faults: [expect.stringContaining('--gates and --chaos')],
  });
  expect(readArguments(['--gates', '4'], 7)).toMatchObject({ ok: true, value: { gates: 4, chaos: false } });
});
