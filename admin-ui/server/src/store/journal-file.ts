/** What this instance did while the ledger did not answer, in a file of its own: JSON lines, on the disk before they count. */
import { open, readFile, writeFile } from 'node:fs/promises';
import { type JournalEntry, parseEntry } from '../domain/journal.ts';

export interface KeptJournal {
  append(entry: JournalEntry): Promise<void>;
  read(): Promise<JournalEntry[]>;
  /** Forgets the first so many lines. */
  clear(count: number): Promise<void>;
}

/** @param file undefined: nothing is kept but in Redis */
export function createKeptJournal(file: string | undefined): KeptJournal {
  if (file === undefined) return { append: async () => {}, read: async () => [], clear: async () => {} };
  const lines = async () => {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return text.split('\n').filter((line) => line !== '');
  };
  // One after the other: a line that is added while others are taken away must not be lost.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const next = last.then(act, act);
    last = next.catch(() => {});
    return next;
  };
  return {
    append: (entry) =>
      inTurn(async () => {
        const handle = await open(file, 'a', 0o640);
        try {
          await handle.appendFile(`${JSON.stringify(entry)}\n`);
          await handle.sync();
        } finally {
          await handle.close();
        }
      }),
    // A line that is none (half written in a crash) is passed over.
    read: async () => (await inTurn(lines)).map(parseEntry).filter((entry) => entry !== undefined),
    clear: (count) =>
      inTurn(async () => {
        const rest = (await lines()).slice(count);
        await writeFile(file, rest.map((line) => `${line}\n`).join(''), { mode: 0o640 });
      }),
  };
}
