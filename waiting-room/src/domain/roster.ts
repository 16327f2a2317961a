/**
 * The roster of a draw: who took part, with which class, as lines that anyone can read and hash (Q10). One line per
 * ticket, `<public number> <band> <chances>`, sorted by public number; pages of a power of two lines, so that each
 * page is a subtree of the one Merkle tree and a receipt needs one page only. Pure.
 */
import { leafHash, merklePath, merkleRoot } from './merkle.ts';

/** Lines of every page but the last; some 200 KB of text. */
export const PAGE_LINES = 4096;

/** What is published before the seed. */
export interface RosterHead {
  /** Names the keys that hold the pages. */
  readonly build: string;
  /** Lines. */
  readonly size: number;
  /** Merkle root over all lines, base64url. */
  readonly root: string;
  /** Root of each page, base64url: tells which page was tampered with. */
  readonly pageRoots: readonly string[];
  /** First public number of each page. */
  readonly pageFirsts: readonly string[];
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

/** Lines of a page's text, without their newlines. */
export function linesOf(page: string): string[] {
  return page === '' ? [] : page.trimEnd().split('\n');
}

/** Builds the head page by page, in order, so that no more than one page is in memory. */
export class HeadBuilder {
  readonly #roots: Buffer[] = [];
  readonly #firsts: string[] = [];
  #size = 0;

  /** @param page the next page's text; every page but the last has {@link PAGE_LINES} lines */
  add(page: string): void {
    const lines = linesOf(page);
    this.#roots.push(merkleRoot(lines.map(leafHash)));
    this.#firsts.push((lines[0] as string).slice(0, 43));
    this.#size += lines.length;
  }

  head(build: string): RosterHead {
    return {
      build,
      size: this.#size,
      root: merkleRoot(this.#roots).toString('base64url'),
      pageRoots: this.#roots.map((root) => root.toString('base64url')),
      pageFirsts: this.#firsts,
    };
  }
}

/** The page that holds `number` if any does; -1 when it sorts before all. */
export function pageOf({ pageFirsts }: RosterHead, number: string): number {
  let low = 0;
  let high = pageFirsts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pageFirsts[middle] as string) <= number) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Receipt for `number`, or null when `page`, the one at `pageIndex`, does not hold it. */
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
