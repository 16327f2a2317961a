/** Copies one text field of fixed length out of each answer into a file, so that what was acknowledged can be looked up. */
import { closeSync, openSync, writeSync } from 'node:fs';

/** Written at once: a call for each answer would cost more than the answer. */
const KEPT_BYTES = 1 << 20;
const QUOTE = 0x22;
const NEWLINE = 0x0a;

export interface CollectOptions {
  /** Appended to, one line each. */
  readonly file: string;
  readonly field: string;
  readonly length: number;
}

export interface Collector {
  /** @throws Error when the answer has no such field of that length */
  take(body: Buffer): void;
  close(): void;
}

export function createCollector({ file, field, length }: CollectOptions): Collector {
  const target = openSync(file, 'a');
  const needle = Buffer.from(`"${field}":"`);
  const kept = Buffer.alloc(KEPT_BYTES);
  let used = 0;
  const flush = () => {
    writeSync(target, kept, 0, used);
    used = 0;
  };
  return {
    take(body) {
      const at = body.indexOf(needle);
      const start = at + needle.length;
      if (at < 0 || body[start + length] !== QUOTE)
        throw new Error(`an answer without "${field}" of ${length} characters`);
      if (used + length + 1 > KEPT_BYTES) flush();
      used += body.copy(kept, used, start, start + length);
      kept[used++] = NEWLINE;
    },
    close() {
      flush();
      closeSync(target);
    },
  };
}
