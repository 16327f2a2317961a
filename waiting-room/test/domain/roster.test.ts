import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { leafHash, merkleRoot, rootOfPath } from '../../src/domain/merkle.ts';
import {
  linesOf,
  PAGE_LINES,
  type RosterEntry,
  receiptOf,
  rosterHead,
  rosterPages,
} from '../../src/domain/roster.ts';

const entriesOf = (count: number): RosterEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    number: hash('sha256', `ticket ${i}`, 'base64url'),
    band: i % 4,
    chances: 1 + (i % 3),
  }));

test('Q10: pages hold every ticket once, sorted by public number, whatever order they were read in', () => {
  const entries = entriesOf(PAGE_LINES * 2 + 7);
  const pages = rosterPages([...entries]);
  expect(pages.map((page) => linesOf(page).length)).toEqual([PAGE_LINES, PAGE_LINES, 7]);
  const lines = pages.flatMap(linesOf);
  expect([...lines].sort()).toEqual(lines);
  expect(new Set(lines).size).toBe(entries.length);
  expect(rosterPages([...entries].reverse())).toEqual(pages);
});

test('Q10: the root over the pages is the root over all lines', () => {
  for (const count of [0, 1, PAGE_LINES - 1, PAGE_LINES, PAGE_LINES + 1, PAGE_LINES * 3 + 5]) {
    const pages = rosterPages(entriesOf(count));
    const head = rosterHead(pages);
    expect(head.size).toBe(count);
    expect(head.root).toBe(merkleRoot(pages.flatMap(linesOf).map(leafHash)).toString('base64url'));
  }
});

test('Q10: a receipt proves its line against the root, and nobody without a line gets one', () => {
  const pages = rosterPages(entriesOf(PAGE_LINES + 900));
  const head = rosterHead(pages);
  for (const [pageIndex, at] of [
    [0, 0],
    [0, PAGE_LINES - 1],
    [1, 0],
    [1, 899],
  ] as const) {
    const line = linesOf(pages[pageIndex] as string)[at] as string;
    const receipt = receiptOf(head, pages[pageIndex] as string, pageIndex, line.slice(0, 43));
    if (receipt === null) throw new Error(`no receipt for ${line}`);
    expect(receipt).toMatchObject({ line, index: pageIndex * PAGE_LINES + at, size: PAGE_LINES + 900 });
    const path = receipt.path.map((text) => Buffer.from(text, 'base64url'));
    const root = rootOfPath(leafHash(receipt.line), receipt.index, receipt.size, path);
    expect(root?.toString('base64url')).toBe(head.root);
  }
  expect(receiptOf(head, pages[0] as string, 0, 'A'.repeat(43))).toBeNull();
});
