import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leafHash, merklePath, merkleRoot, rootOfPath } from '../../src/domain/merkle.ts';

/** The recursive definition of RFC 9162, 2.1.1, written down as it stands there. */
function definedRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return hash('sha256', Buffer.alloc(0), 'buffer');
  if (leaves.length === 1) return leaves[0] as Buffer;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  const both = Buffer.concat([
    Buffer.from([1]),
    definedRoot(leaves.slice(0, k)),
    definedRoot(leaves.slice(k)),
  ]);
  return hash('sha256', both, 'buffer');
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => leafHash(`leaf ${i}`));

test('Q10: the root is the one RFC 9162 defines, for every size up to 70', () => {
  for (let size = 0; size <= 70; size++) {
    expect(merkleRoot(leavesOf(size)).equals(definedRoot(leavesOf(size))), `size ${size}`).toBe(true);
  }
});

test('Q10: the published test vector of Certificate Transparency comes out', () => {
  // Leaf data of RFC 6962 implementations' common vector: '', 00, 10, 20 21.
  const leaves = ['', '00', '10', '2021'].map((hex) => leafHash(Buffer.from(hex, 'hex').toString('latin1')));
  expect(merkleRoot(leaves).toString('hex')).toBe(
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  );
});

test('Q10: every leaf has a path that leads to the root, and no other leaf, index or size fits it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), fc.nat(), (size, a, b) => {
      const leaves = leavesOf(size);
      const root = merkleRoot(leaves);
      const index = a % size;
      const path = merklePath(leaves, index);
      expect(rootOfPath(leaves[index] as Buffer, index, size, path)?.equals(root)).toBe(true);
      expect(rootOfPath(leafHash('another'), index, size, path)?.equals(root) ?? false).toBe(false);
      const other = b % size;
      if (other !== index)
        expect(rootOfPath(leaves[index] as Buffer, other, size, path)?.equals(root) ?? false).toBe(false);
      expect(rootOfPath(leaves[index] as Buffer, index, size, [...path, root])).toBeNull();
      expect(rootOfPath(leaves[index] as Buffer, size, size, path)).toBeNull();
    }),
  );
});
