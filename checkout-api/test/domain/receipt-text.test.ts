/** 5.8: what a receipt says, in every language of the waiting page. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { receiptText } from '../../src/domain/receipt-text.ts';
import { RECEIPT_WORDS } from '../../src/domain/receipt-words.ts';
import { receiptLanguage } from '../../src/plugins/receipt-language.ts';

const facts = {
  id: '0190d3a4-0000-7000-8000-000000000001',
  amountMinor: 25_800,
  currency: 'EUR',
  createdAt: new Date('2026-11-26T19:00:00Z'),
  dropName: 'Aurora Low',
  lines: [{ name: 'Aurora Low 42', quantity: 2 }],
  lang: 'en',
};

test('a receipt names what was bought, how much was paid, when, and the order', () => {
  const { title, text } = receiptText(facts);
  expect(title).toBe('Your order is confirmed · Aurora Low');
  for (const part of [
    '2 × Aurora Low 42',
    'Total: €258.00',
    'November 26, 2026',
    `Order number: ${facts.id}`,
  ])
    expect(text).toContain(part);
  expect(receiptText({ ...facts, lang: 'de' }).text).toMatch(/Summe: 258,00\s€/);
  expect(receiptText({ ...facts, currency: 'JPY', amountMinor: 1200, lang: 'ja' }).text).toMatch(
    /[¥￥]1,200/,
  );
});

test('there are words for every language of the waiting page, and the others get English', () => {
  const locales = readdirSync(new URL('../../../waiting-room/page/locales/', import.meta.url));
  expect(Object.keys(RECEIPT_WORDS).sort()).toEqual(locales.map((name) => name.replace('.json', '')).sort());
  for (const [lang, words] of Object.entries(RECEIPT_WORDS))
    for (const text of Object.values(words)) expect(text.trim(), lang).not.toBe('');
  expect(receiptLanguage('de-AT,de;q=0.9,en;q=0.8')).toBe('de');
  for (const header of [undefined, '', 'xx', 'constructor', '__proto__', 'a,'.repeat(100_000)])
    expect(receiptLanguage(header)).toBe('en');
});

test('a name of several lines stays on its own line', () => {
  const { title, text } = receiptText({
    ...facts,
    dropName: 'A\r\nBcc: b@example.com',
    lines: [{ name: 'X\nTotal: €0.00', quantity: 1 }],
  });
  expect(title).not.toMatch(/[\r\n]/);
  expect(text.split('\n')).toContain('1 × X Total: €0.00');
});
