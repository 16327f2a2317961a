// What the back office works out by itself: amounts, what was typed into a search, a story in order.

import { expect, test } from 'vitest';
import { amountText, moneyText, readAmount } from '../../src/domain/money.ts';
import { searchBy } from '../../src/domain/order-search.ts';
import { orderTimeline } from '../../src/domain/order-timeline.ts';

test('an amount is read as it is written, in currencies with two digits and with none', () => {
  expect(readAmount('12', 'EUR')).toBe(1200);
  expect(readAmount('12,5', 'EUR')).toBe(1250);
  expect(readAmount(' 12.34 ', 'EUR')).toBe(1234);
  expect(readAmount('1200', 'JPY')).toBe(1200);
  for (const text of ['', '-1', '1.234', '1,2,3', 'all', '1e3', '12.'])
    expect(readAmount(text, 'EUR')).toBe(null);
  expect(readAmount('1.5', 'JPY')).toBe(null);
  for (const minor of [0, 1, 99, 12_900, 1_000_000_00])
    expect(readAmount(amountText(minor, 'EUR'), 'EUR')).toBe(minor);
  expect(moneyText('en', 12_900, 'EUR')).toBe('€129.00');
});

test('what was typed is an order, a ticket, a reference, or else a customer', () => {
  expect(searchBy(' 0190a7c0-0000-7000-8000-000000000000 ')?.by).toBe('order');
  expect(searchBy('A'.repeat(43))?.by).toBe('number');
  expect(searchBy('k7q-4md')?.by).toBe('reference');
  expect(searchBy('K7Q4MD')?.by).toBe('reference');
  expect(searchBy('ada@shop.example')).toEqual({ by: 'customer', value: 'ada@shop.example' });
  expect(searchBy('AEIOU1')?.by).toBe('customer');
  expect(searchBy('  ')).toBe(null);
});

test('a story is told in the order in which it happened', () => {
  const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
  const told = orderTimeline({
    ticket: {
      session: { openedAt: at(0), endedAt: at(5), endReason: 'paid' },
      revocation: null,
      holds: [
        {
          ...{ status: 'paid', amountMinor: 100, createdAt: at(1), finishedAt: at(4) },
          lines: [{ sku: 'shoe', quantity: 2 }],
          payments: [
            {
              ...{ method: 'sandbox:decline', status: 'declined', reason: 'no funds', messages: [] },
              ...{ startedAt: at(2), settledAt: at(3) },
            },
          ],
          refunds: [],
        },
      ],
    },
    events: [
      { type: 'order.paid', at: at(6), deliveries: [{ url: 'https://x', status: 'dead', tries: 12 }] },
    ],
  });
  expect(told.map(({ what }) => what)).toEqual([
    'session-opened',
    'held',
    'payment-begun',
    'payment-declined',
    'bought',
    'session-ended',
    'told-dead',
  ]);
  expect(told[1]).toMatchObject({ detail: '2 × shoe', amountMinor: 100 });
});
