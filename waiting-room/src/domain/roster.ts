/**
 * The roster of a draw: who took part, with which class, as lines that anyone can read and hash (Q10). One line per
 * ticket, `<public number> <band> <chances>`, sorted by public number; pages of a power of two lines, so that each
 * page is a subtree of the one Merkle tree and a receipt needs one page only. Pure.
 */
import { leafHash, merklePath, merkleRoot } from './merkle.ts';

/** Lines of one page but the last; some 200 KB of text. */
export const PAGE_LINES = 4096;

export interface RosterEntry {
  /** Public number, 43 characters. */
  readonly number: string;
  readonly band: number;
  readonly chances: number;
}

/** What is published before the seed. */
export interface RosterHead {
  /** Lines. */
  readonly size: number;
  /** Merkle root over all lines, base64url. */
  readonly root: string;
  /** Root of each page, base64url: tells which page was tampered with. */
  readonly pageRoots: readonly string[];
}

/** Proof that one line is in the roster. */
export interface Receipt {
  readonly line: string;
  readonly index: number;
  readonly size: number;
  /** Sibling hashes, nearest first, base64url. */
  readonly path: readonly string[];
  readonly root: string;
}

export function rosterLine({ number, band, chances }: RosterEntry): string {
  return `${number} ${band} ${chances}`;
}

/** Lines of a page's text. */
export function linesOf(page: string): string[] {
  return page === '' ? [] : page.trimEnd().split('\n');
}

/** Sorts in place; then one text per page, each line ended by a newline. No entry: no page. */
export function rosterPages(entries: RosterEntry[]): string[] {
  // By code unit, as every language's plain string comparison does for ASCII.
  entries.sort((a, b) => (a.number < b.number ? -1 : 1));
  const pages: string[] = [];
  for (let at = 0; at < entries.length; at += PAGE_LINES) {
    pages.push(
      entries
        .slice(at, at + PAGE_LINES)
        .map((entry) => `${rosterLine(entry)}\n`)
        .join(''),
    );
  }
  return pages;
}

export function rosterHead(pages: readonly string[]): RosterHead {
  const roots = pages.map((page) => merkleRoot(linesOf(page).map(leafHash)));
  const size =
    pages.length === 0 ? 0 : (pages.length - 1) * PAGE_LINES + linesOf(pages.at(-1) as string).length;
  return {
    size,
    root: merkleRoot(roots).toString('base64url'),
    pageRoots: roots.map((root) => root.toString('base64url')),
  };
}

/**
 * Receipt for `number`, or null when `page` does not hold it.
 * @param pageIndex of `page`, the one whose range takes in the number
 */
export function receiptOf(head: RosterHead, page: string, pageIndex: number, number: string): Receipt | null {
  const lines = linesOf(page);
  const at = lines.findIndex((line) => line.startsWith(`${number} `));
  if (at < 0) return null;
  const pageRoots = head.pageRoots.map((root) => Buffer.from(root, 'base64url'));
  const path = [...merklePath(lines.map(leafHash), at), ...merklePath(pageRoots, pageIndex)];
  return {
    line: lines[at] as string,
    index: pageIndex * PAGE_LINES + at,
    size: head.size,
    path: path.map((hash) => hash.toString('base64url')),
    root: head.root,
  };
}
