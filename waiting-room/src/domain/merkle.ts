/**
 * Merkle trees as in RFC 9162 (2.1): leaves and inner nodes hash under different prefixes, an odd last node moves up
 * unchanged. Hashes come in and go out as 32-byte buffers. Pure.
 */
import { hash } from 'node:crypto';

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

const sha256 = (bytes: Buffer): Buffer => hash('sha256', bytes, 'buffer');

/** Hash of one leaf's data. */
export function leafHash(data: string): Buffer {
  return sha256(Buffer.concat([LEAF, Buffer.from(data)]));
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return sha256(Buffer.concat([NODE, left, right]));
}

function parents(level: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let i = 0; i + 1 < level.length; i += 2)
    above.push(nodeHash(level[i] as Buffer, level[i + 1] as Buffer));
  if (level.length % 2 === 1) above.push(level.at(-1) as Buffer);
  return above;
}

/** Root over hashes that are leaves, or the roots of full subtrees of one power-of-two size. The empty tree's is SHA-256(''). */
export function merkleRoot(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return sha256(Buffer.alloc(0));
  let level: readonly Buffer[] = hashes;
  while (level.length > 1) level = parents(level);
  return level[0] as Buffer;
}

/** Sibling hashes from `index` up to the root, nearest first (RFC 9162, 2.1.3.1). */
export function merklePath(hashes: readonly Buffer[], index: number): Buffer[] {
  const path: Buffer[] = [];
  let level: readonly Buffer[] = hashes;
  for (let at = index; level.length > 1; at >>= 1, level = parents(level)) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) path.push(sibling);
  }
  return path;
}

/** The root that a leaf at `index` of `size` and its path lead to; null when the path has not the length that takes (RFC 9162, 2.1.3.2). */
export function rootOfPath(
  leaf: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
): Buffer | null {
  if (index < 0 || index >= size) return null;
  let node = leaf;
  let used = 0;
  for (let at = index, last = size - 1; last > 0; at >>= 1, last >>= 1) {
    if (at === last && at % 2 === 0) continue; // no sibling: moved up unchanged
    const sibling = path[used++];
    if (sibling === undefined) return null;
    node = at % 2 === 1 ? nodeHash(sibling, node) : nodeHash(node, sibling);
  }
  return used === path.length ? node : null;
}
