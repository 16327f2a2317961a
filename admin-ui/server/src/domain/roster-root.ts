/**
 * The Merkle root of a roster (RFC 9162, 2.1), recomputed from what is stored: one line is one leaf, a page is a full
 * subtree, so that one page at a time is enough. The third program that does so, after the room's and the one that is published.
 */
import { hash } from 'node:crypto';

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

const sha256 = (...parts: Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

/** Root over the lines of a page's text, each ended by a newline. */
export function pageRoot(page: string): Buffer {
  return rootOf(linesOf(page).map((line) => sha256(LEAF, Buffer.from(line))));
}

/** Root over the roots of all pages, in order. */
export function rootOf(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return sha256();
  let level = hashes;
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let i = 0; i + 1 < level.length; i += 2)
      above.push(sha256(NODE, level[i] as Buffer, level[i + 1] as Buffer));
    if (level.length % 2 === 1) above.push(level.at(-1) as Buffer);
    level = above;
  }
  return level[0] as Buffer;
}

export const linesOf = (page: string): string[] => (page === '' ? [] : page.replace(/\n$/, '').split('\n'));
