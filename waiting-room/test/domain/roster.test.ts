import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { leafHash, merkleRoot, rootOfPath } from '../../src/domain/merkle.ts';
import { HeadBuilder, linesOf, PAGE_LINES, pageOf, receiptOf } from '../../src/domain/roster.ts';
import { RosterCollector } from '../../src/domain/roster-collector.ts';

const numberOf = (i: number) => hash('sha256', `ticket ${i}`, 'base64url');
const lineOf = (i: number) => `${numberOf(i)} ${i % 4} ${1 + (i % 8)}`;

function collect(indexes: Iterable<number>): string[] {
  const collector = new RosterCollector();
  for (const i of indexes) collector.add(numberOf(i), i % 4, 1 + (i % 8));
  return [...collector.pages()];
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

function headOf(pages: readonly string[]) {
  const builder = new HeadBuilder();
  for (const page of pages) builder.add(page);
  return builder.head('build');
}

test('Q10: pages hold every ticket once with its class, sorted by public number, in whatever order they came', () => {
  const count = PAGE_LINES * 2 + 7;
  const pages = collect(upTo(count));
  expect(pages.map((page) => linesOf(page).length)).toEqual([PAGE_LINES, PAGE_LINES, 7]);
  expect(pages.every((page) => page.endsWith('\n'))).toBe(true);
  expect(pages.flatMap(linesOf)).toEqual(upTo(count).map(lineOf).sort());
  expect(collect(upTo(count).reverse())).toEqual(pages);
});

test('Q10: the root over the pages is the root over all lines, at every border of a page', () => {
  for (const count of [0, 1, PAGE_LINES - 1, PAGE_LINES, PAGE_LINES + 1, PAGE_LINES * 3 + 5]) {
    const pages = collect(upTo(count));
    const head = headOf(pages);
    expect(head.size).toBe(count);
    expect(head.root).toBe(merkleRoot(pages.flatMap(linesOf).map(leafHash)).toString('base64url'));
  }
});

test('Q10: everyone in the roster gets a receipt that leads to the root, and nobody else gets one', () => {
  const count = PAGE_LINES + 900;
  const pages = collect(upTo(count));
  const head = headOf(pages);
  for (const i of [0, 1, 17, 4095, 4096, count - 1]) {
    const pageIndex = pageOf(head, numberOf(i));
    const receipt = receiptOf(head, pages[pageIndex] as string, pageIndex, numberOf(i));
    if (receipt === null) throw new Error(`no receipt for ticket ${i}`);
    expect(receipt.line).toBe(lineOf(i));
    const path = receipt.path.map((text) => Buffer.from(text, 'base64url'));
    const root = rootOfPath(leafHash(receipt.line), receipt.index, receipt.size, path);
    expect(root?.toString('base64url')).toBe(head.root);
  }
  const stranger = numberOf(count);
  const page = Math.max(0, pageOf(head, stranger));
  expect(receiptOf(head, pages[page] as string, page, stranger)).toBeNull();
  expect(pageOf(head, '-'.repeat(43))).toBe(-1);
});
