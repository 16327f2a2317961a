/** Finds what somebody has done to the audit log: entries edited, removed, inserted, swapped, cut off at the end. */
import { type AuditContent, chainHash, GENESIS } from './audit-chain.ts';
import type { AuditKeys, SignedHead } from './audit-keys.ts';

export interface CheckedEntry extends AuditContent {
  readonly hash: Uint8Array;
  readonly seal: Uint8Array;
}

export interface AuditFault {
  readonly seq: number;
  readonly kind: /** Entries before this one are not there. */
    | 'missing'
    /** The entry does not follow from its content and the entry before: edited, inserted, swapped or renumbered. */
    | 'altered'
    /** The control plane has not written it, or wrote it before sealing began. */
    | 'not-sealed'
    /** A signed head says that the log has had another entry here. */
    | 'rewritten'
    /** A signed head, or the database's own note of the end, is beyond the last entry. */
    | 'cut-off'
    /** A line of the heads file is not one that this installation has signed. */
    | 'head-not-signed';
  readonly detail: string;
}

export interface AuditCheck {
  /** The next entries, in the order of their numbers. */
  see(entries: Iterable<CheckedEntry>): void;
  /** After the last one. `head` is the database's own note of the end. */
  end(head: { readonly seq: number; readonly hash: Uint8Array }): AuditFault[];
  readonly count: number;
}

/** @param heads every line that was written outside the database */
export function createAuditCheck(keys: AuditKeys, heads: readonly SignedHead[]): AuditCheck {
  const faults: AuditFault[] = [];
  const fault = (kind: AuditFault['kind'], seq: number, detail: string) => faults.push({ kind, seq, detail });
  const signed = new Map<number, SignedHead>();
  for (const head of heads) {
    if (keys.isSigned(head)) signed.set(head.seq, head);
    else fault('head-not-signed', head.seq, 'a line of the heads file was not signed by this installation');
  }
  let [last, hash]: [number, Uint8Array] = [0, GENESIS];
  let count = 0;

  function seeOne(entry: CheckedEntry): void {
    const { seq } = entry;
    if (seq > last + 1) fault('missing', seq, `entries ${last + 1} to ${seq - 1} are gone`);
    // Across a gap nothing can be said of the first entry but by its seal; from it on the chain is followed again.
    else if (!chainHash(hash, entry).equals(entry.hash))
      fault('altered', seq, `${entry.act} by ${entry.actor} does not follow from the entry before`);
    if (!keys.isSealed(entry.hash, entry.seal)) fault('not-sealed', seq, 'not written by the control plane');
    const head = signed.get(seq);
    if (head && head.hash !== Buffer.from(entry.hash).toString('hex'))
      fault('rewritten', seq, `the head signed at ${head.at} was of another entry`);
    last = seq;
    hash = entry.hash;
    count++;
  }

  return {
    see(entries) {
      for (const entry of entries) seeOne(entry);
    },
    end(head) {
      const beyond = [...signed.values()].filter(({ seq }) => seq > last).sort((a, b) => b.seq - a.seq)[0];
      if (beyond) fault('cut-off', last + 1, `at ${beyond.at} the log had ${beyond.seq} entries`);
      if (head.seq > last) fault('cut-off', last + 1, `the database notes ${head.seq} entries`);
      else if (head.seq < last) fault('altered', head.seq + 1, `the database notes only ${head.seq} entries`);
      else if (!Buffer.from(head.hash).equals(hash)) fault('altered', last, 'the database notes another end');
      return faults;
    },
    get count() {
      return count;
    },
  };
}
