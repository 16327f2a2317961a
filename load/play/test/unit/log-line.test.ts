import { expect, test } from 'vitest';
import { parseLogLine } from '../../judge/log-line.ts';

test('every kind of line the room writes is read with its numbers', () => {
  expect(parseLogLine(['k', 'call', 'us', '1763923376123456', 'f', '0', 't', '281474976710656'])).toEqual({
    kind: 'call',
    us: 1_763_923_376_123_456,
    from: 0,
    to: 281_474_976_710_656,
  });
  expect(parseLogLine(['k', 'grant', 'us', '2', 'n', 'ada', 'o', '1.5e+15', 'exp', '3'])).toEqual({
    kind: 'grant',
    us: 2,
    number: 'ada',
    order: 1_500_000_000_000_000,
    expiresUs: 3,
  });
  expect(parseLogLine(['k', 'end', 'us', '2', 'n', 'ada', 'r', 'left'])).toMatchObject({ reason: 'left' });
});

test('a kind that is new is passed over, a line that lacks something is refused', () => {
  expect(parseLogLine(['k', 'heal', 'us', '2'])).toEqual({ kind: 'other', us: 2 });
  expect(() => parseLogLine(['k', 'grant', 'us', '2', 'n', 'ada'])).toThrow('lacks "o"');
  expect(() => parseLogLine(['k', 'open', 'us', 'soon'])).toThrow('"us" is no number');
});
