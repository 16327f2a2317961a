/** Chance that can be played again: the same seed gives the same choices, whatever else happens in between. */
import { createHash } from 'node:crypto';

export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number, both ends included. */
  integer(min: number, max: number): number;
  chance(share: number): boolean;
  /** @throws Error for an empty list */
  pick<Item>(items: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
  /** Random bytes as base64url: nonces and names that nobody keeps secret from the play itself. */
  text(bytes: number): string;
}

/** @param seed anything; parts that are joined by a blank, so that each shopper gets chance of its own */
export function createRandom(...seed: readonly (string | number)[]): Random {
  const start = createHash('sha256').update(seed.join(' ')).digest();
  let a = start.readUInt32LE(0);
  let b = start.readUInt32LE(4);
  let c = start.readUInt32LE(8);
  let count = 1;
  /** sfc32: small, fast, and passes PractRand. */
  const word = () => {
    const sum = (a + b + count) >>> 0;
    count = (count + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  const random: Random = {
    next: () => word() / 2 ** 32,
    integer: (min, max) => min + Math.floor(random.next() * (max - min + 1)),
    chance: (share) => random.next() < share,
    pick(items) {
      if (items.length === 0) throw new Error('there is nothing to pick from');
      return items[random.integer(0, items.length - 1)] as never;
    },
    shuffled(items) {
      const list = [...items];
      for (let at = list.length - 1; at > 0; at--) {
        const other = random.integer(0, at);
        [list[at], list[other]] = [list[other] as never, list[at] as never];
      }
      return list;
    },
    text: (bytes) => Buffer.from(Array.from({ length: bytes }, () => word() & 255)).toString('base64url'),
  };
  return random;
}
