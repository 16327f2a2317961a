import { expect, test } from 'vitest';
import { type Act, checkHistory } from '../history/check-history.ts';

const shelf = { stock: { shoe: 2 }, limit: 2, soldOutMs: 100 };
const shoes = (quantity: number) => [{ sku: 'shoe', quantity }];

function reserve(at: number, changes: Partial<Extract<Act, { kind: 'reserve' }>> = {}): Act {
  const session = changes.session ?? 's1';
  return {
    kind: 'reserve',
    from: at,
    to: at + 10,
    session,
    shopper: session,
    key: 'k',
    lines: shoes(1),
    answer: 'reserved',
    reservation: `r-${session}`,
    bytes: `bytes of ${session}`,
    ...changes,
  };
}

const found = (...history: Act[]) => checkHistory(history, shelf).join('\n');

test('a history that one shelf can explain is found sound', () => {
  expect(
    found(
      reserve(0),
      reserve(20),
      reserve(40, { session: 's2' }),
      reserve(60, { session: 's3', answer: 'sold-out' }),
      { kind: 'release', from: 80, to: 90, reservation: 'r-s1', answer: 'done' },
      reserve(100, { session: 's3' }),
      { kind: 'pay', from: 120, to: 130, reservation: 'r-s2', answer: 'done' },
    ),
  ).toBe('');
});

test('each kind of lie is seen and named', () => {
  const lies: [string, Act[], RegExp][] = [
    [
      'oversold',
      [reserve(0), reserve(20, { session: 's2' }), reserve(40, { session: 's3' })],
      /3 of shoe were out/,
    ],
    [
      'sold out early',
      [reserve(0), reserve(200, { session: 's2', answer: 'sold-out' })],
      /"sold out" .* with 1 of shoe/,
    ],
    [
      'sold out too long after stock came back',
      [
        reserve(0, { lines: shoes(2) }),
        { kind: 'release', from: 20, to: 30, reservation: 'r-s1', answer: 'done' },
        reserve(200, { session: 's2', answer: 'sold-out' }),
      ],
      /"sold out"/,
    ],
    ['other bytes', [reserve(0), reserve(20, { bytes: 'other' })], /different bytes/],
    ['another wish', [reserve(0), reserve(20, { lines: shoes(2) })], /two different wishes/],
    ['a forgotten key', [reserve(0), reserve(20, { answer: 'sold-out' })], /was then told sold-out/],
    ['one reservation for two', [reserve(0), reserve(20, { key: 'k2' })], /answers two keys/],
    [
      'paid and given back',
      [
        reserve(0),
        { kind: 'pay', from: 20, to: 30, reservation: 'r-s1', answer: 'done' },
        { kind: 'release', from: 40, to: 50, reservation: 'r-s1', answer: 'done' },
      ],
      /both paid and given back/,
    ],
    [
      'beyond the limit over two sessions',
      [
        reserve(0, { shopper: 'ana', lines: shoes(2) }),
        { kind: 'move', from: 12, to: 14, sku: 'shoe', delta: 5, answer: 'done' },
        reserve(20, { session: 's2', shopper: 'ana' }),
      ],
      /ana held 3/,
    ],
  ];
  for (const [lie, history, named] of lies) expect(found(...history), lie).toMatch(named);
});

test('what may just have happened otherwise is no lie: overlaps, failures, a moment of memory', () => {
  expect(
    found(
      reserve(0, { lines: shoes(2) }),
      { kind: 'release', from: 20, to: 30, reservation: 'r-s1', answer: 'done' },
      reserve(25, { session: 's2' }),
      reserve(60, { session: 's3', answer: 'sold-out' }),
    ),
  ).toBe('');
  expect(
    found(
      reserve(0, { lines: shoes(2), answer: 'failed' }),
      reserve(300, { session: 's2', answer: 'sold-out' }),
    ),
  ).toBe('');
});
