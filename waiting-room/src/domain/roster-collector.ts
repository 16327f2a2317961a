/**
 * Collects a roster in any order and gives it back sorted, page by page. A million tickets take 44 MB: entries lie in
 * flat buffers and become strings only bucket by bucket, the bucket being the first two characters. Pure.
 */
import { PAGE_LINES } from './roster.ts';

const NUMBER_LENGTH = 43;
/** Public number, then one byte of class: band × 16 + chances. */
const ENTRY_BYTES = NUMBER_LENGTH + 1;
const BLOCK_ENTRIES = 8192;
/** base64url in the order of its characters' codes, which is the order of plain string comparison. */
const ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const BUCKETS = 64 * 64;

const RANKS = new Uint8Array(128);
for (let i = 0; i < ALPHABET.length; i++) RANKS[ALPHABET.charCodeAt(i)] = i;

export class RosterCollector {
  readonly #blocks: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * @param number public number, 43 characters of base64url
   * @param band 0 to 3
   * @param chances 1 to 8
   */
  add(number: string, band: number, chances: number): void {
    const within = this.#size % BLOCK_ENTRIES;
    if (within === 0) this.#blocks.push(Buffer.allocUnsafe(BLOCK_ENTRIES * ENTRY_BYTES));
    const block = this.#blocks.at(-1) as Buffer;
    block.write(number, within * ENTRY_BYTES, NUMBER_LENGTH, 'latin1');
    block[within * ENTRY_BYTES + NUMBER_LENGTH] = band * 16 + chances;
    this.#size++;
  }

  /** Every page's text, in order, each line ended by a newline. An empty roster has no page. */
  *pages(): Generator<string> {
    let lines: string[] = [];
    for (const bucket of this.#buckets()) {
      for (const line of bucket) {
        lines.push(line);
        if (lines.length < PAGE_LINES) continue;
        yield `${lines.join('\n')}\n`;
        lines = [];
      }
    }
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
  }

  /** Sorted lines, bucket after bucket: a counting sort by two characters, the rest by comparison. */
  *#buckets(): Generator<string[]> {
    const ends = new Uint32Array(BUCKETS);
    for (let i = 0; i < this.#size; i++) shift(ends, this.#bucketOf(i), 1);
    for (let bucket = 1; bucket < BUCKETS; bucket++) shift(ends, bucket, ends[bucket - 1] as number);
    const starts = ends.slice();
    const entries = new Uint32Array(this.#size);
    for (let i = this.#size - 1; i >= 0; i--) {
      const bucket = this.#bucketOf(i);
      shift(starts, bucket, -1);
      entries[starts[bucket] as number] = i;
    }
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const lines: string[] = [];
      for (let at = starts[bucket] as number; at < (ends[bucket] as number); at++) {
        lines.push(this.#line(entries[at] as number));
      }
      yield lines.sort((a, b) => (a < b ? -1 : 1));
    }
  }

  #bucketOf(entry: number): number {
    const block = this.#blocks[Math.floor(entry / BLOCK_ENTRIES)] as Buffer;
    const at = (entry % BLOCK_ENTRIES) * ENTRY_BYTES;
    return (RANKS[block[at] as number] as number) * 64 + (RANKS[block[at + 1] as number] as number);
  }

  #line(entry: number): string {
    const block = this.#blocks[Math.floor(entry / BLOCK_ENTRIES)] as Buffer;
    const at = (entry % BLOCK_ENTRIES) * ENTRY_BYTES;
    const packed = block[at + NUMBER_LENGTH] as number;
    return `${block.toString('latin1', at, at + NUMBER_LENGTH)} ${packed >> 4} ${packed & 15}`;
  }
}

function shift(counts: Uint32Array, at: number, by: number): void {
  counts[at] = (counts[at] as number) + by;
}
