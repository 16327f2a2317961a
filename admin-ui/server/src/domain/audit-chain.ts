/** The audit log's chain: each entry's hash covers its content and the hash before it, so that no entry can be changed, removed or moved alone. */
import { createHash } from 'node:crypto';

/** Before the first entry. */
export const GENESIS = createHash('sha256').update('sluice audit').digest();

export interface AuditContent {
  readonly seq: number;
  /** RFC 3339 UTC with microseconds, as Postgres keeps it. */
  readonly at: string;
  readonly actor: string;
  readonly act: string;
  readonly drop: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string | null;
}

/** SHA-256 of the hash before and of the entry as canonical JSON. */
export function chainHash(
  previous: Uint8Array,
  { seq, at, actor, act, drop, before, after, reason }: AuditContent,
): Buffer {
  const fields = [seq, at, actor, act, drop, before, after, reason];
  return createHash('sha256').update(previous).update(canonicalJson(fields)).digest();
}

/** JSON with sorted members: the same text for the same value, whatever stored it in between. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
