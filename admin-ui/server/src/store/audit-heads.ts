/** The chain's signed heads, outside the database: a file of JSON lines that is only ever added to. */
import { open, readFile } from 'node:fs/promises';
import type { SignedHead } from '../domain/audit-keys.ts';

/** Adds one line, and returns when it is on the disk. */
export async function appendHead(file: string, head: SignedHead): Promise<void> {
  const handle = await open(file, 'a', 0o640);
  try {
    await handle.appendFile(`${JSON.stringify(head)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Every line of the file; a line that is no head comes back as one that nobody has signed. The last line may be half
 * written after a crash and is passed over then.
 */
export async function readHeads(file: string): Promise<SignedHead[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  lines.pop();
  return lines.map((line) => {
    try {
      const { seq, hash, at, kid, signature } = JSON.parse(line) as Record<string, unknown>;
      return {
        seq: Number(seq),
        hash: String(hash),
        at: String(at),
        kid: String(kid),
        signature: String(signature),
      };
    } catch {
      return { seq: 0, hash: '', at: '', kid: '', signature: '' };
    }
  });
}
