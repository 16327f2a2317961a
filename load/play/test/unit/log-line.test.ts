import { expect, test } from 'vitest';
import { parseLogEntry } from '../../judge/log-line.ts';

test('every kind of line the room writes is read with its numbers', () => {
  expect(parseLogEntry(['k', 'call', 'us', '1763923376123456', 'f', '0', 't', '281474976710656'])).toEqual([
    { kind: 'call', us: 1_763_923_376_123_456, from: 0, to: 281_474_976_710_656 },
  ]);
  const ada = { kind: 'grant', us: 2, number: 'ada', order: 1_500_000_000_000_000, expiresUs: 3 };
  expect(parseLogEntry(['k', 'grant', 'us', '2', 'n', 'ada', 'o', '1.5e+15', 'exp', '3'])).toEqual([ada]);
  expect(parseLogEntry(['k', 'end', 'us', '2', 'n', 'ada', 'r', 'left'])).toMatchObject([{ reason: 'left' }]);
});

test('those who were granted together stand in one entry, and are told one by one in their order', () => {
  const fields = ['k', 'grant', 'us', '2', 'n', 'ada bob', 'o', '7 9', 'exp', '3'];
  expect(parseLogEntry(fields)).toEqual([
    { kind: 'grant', us: 2, number: 'ada', order: 7, expiresUs: 3 },
    { kind: 'grant', us: 2, number: 'bob', order: 9, expiresUs: 3 },
  ]);
  const broken = (n: string, o: string) => () =>
    parseLogEntry(['k', 'grant', 'us', '2', 'n', n, 'o', o, 'exp', '3']);
  expect(broken('ada bob', '7')).toThrow('do not belong together');
  expect(broken('ada', '7 9')).toThrow('do not belong together');
  expect(broken('ada bob', '7 soon')).toThrow('do not belong together');
});

test('a kind that is new is passed over, a line that lacks something is refused', () => {
  expect(parseLogEntry(['k', 'heal', 'us', '2'])).toEqual([{ kind: 'other', us: 2 }]);
  expect(() => parseLogEntry(['k', 'grant', 'us', '2', 'n', 'ada'])).toThrow('lacks "o"');
  expect(() => parseLogEntry(['k', 'open', 'us', 'soon'])).toThrow('"us" is no number');
});
