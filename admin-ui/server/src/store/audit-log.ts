/** The audit log as it is read, what is added to it on its own, and what of it has been undone. */
import { sql } from 'kysely';
import type { CheckedEntry } from '../domain/audit-check.ts';
import type { AuditHead, AuditKeys } from '../domain/audit-keys.ts';
import { type AuditEntry, appendAudit } from './audit.ts';
import type { Database, Trx } from './database.ts';

export interface RecordedEntry {
  readonly seq: number;
  /** RFC 3339 UTC with microseconds. */
  readonly at: string;
  readonly actor: string;
  readonly act: string;
  readonly drop: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string | null;
  /** Hex. */
  readonly hash: string;
  readonly isUndone: boolean;
}

export interface EntryFilter {
  /** As the log names who did it. */
  readonly actor?: string | undefined;
  /** An act, or what acts begin with: `order.` */
  readonly act?: string | undefined;
}

export interface AuditLog {
  /** An entry of what was done elsewhere. */
  record(entry: AuditEntry): Promise<void>;
  /** That units were moved: one movement is one entry that can be undone; told of again it is `stock.replayed`. */
  recordMovement(entry: AuditEntry & { readonly drop: string }, movement: number): Promise<void>;
  /** Those that fit, in the order they were written, after `seq`. */
  read(
    options: { after: number; limit: number; drop?: string | undefined } & EntryFilter,
  ): Promise<RecordedEntry[]>;
  /** Latest first, before `seq`. */
  readBack(
    options: { drop: string | null; before: number; limit: number } & EntryFilter,
  ): Promise<RecordedEntry[]>;
  find(seq: number): Promise<RecordedEntry | undefined>;
  /** The drop's latest act of these that has not been undone. */
  latest(drop: string, acts: readonly string[]): Promise<RecordedEntry | undefined>;
  /** Marks an act as undone and records the undoing; false when it was undone before. */
  claimUndo(seq: number, entry: AuditEntry): Promise<boolean>;
  /** The end of the chain as the database notes it. */
  head(): Promise<AuditHead>;
  /** Shows every entry as it was at one moment, in order, and then the end that the database noted. */
  walk(
    atOnce: number,
    visit: (entries: CheckedEntry[]) => void,
  ): Promise<{ readonly seq: number; readonly hash: Uint8Array }>;
  /** What was claimed could not be done after all. */
  releaseUndo(seq: number): Promise<void>;
}

/** Acts that tell of a movement of units. */
const MOVEMENT_ACTS = ['stock.moved', 'stock.moved-back'];

/** Marks an act as undone; false when it was undone before. */
export async function markUndone(trx: Trx, seq: number): Promise<boolean> {
  const marked = await trx
    .insertInto('admin.undone')
    .values({ seq })
    .onConflict((conflict) => conflict.column('seq').doNothing())
    .returning('seq')
    .executeTakeFirst();
  return marked !== undefined;
}

/** What the hash of an entry covers. */
const CONTENT = [
  sql<number>`a.seq::float8`.as('seq'),
  sql<string>`to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('at'),
  ...(['a.actor', 'a.act', 'a.drop_id as drop', 'a.before', 'a.after', 'a.reason'] as const),
] as const;

export function createAuditLog(database: Database, keys: AuditKeys): AuditLog {
  const entries = () =>
    database
      .selectFrom('admin.audit as a')
      .leftJoin('admin.undone as u', 'u.seq', 'a.seq')
      .select([
        ...CONTENT,
        sql<string>`encode(a.hash, 'hex')`.as('hash'),
        sql<boolean>`u.seq is not null`.as('isUndone'),
      ]);

  function fitting({ drop, actor, act }: { drop: string | null } & EntryFilter) {
    let query = entries();
    if (drop !== null) query = query.where('a.drop_id', '=', drop);
    if (actor !== undefined) query = query.where('a.actor', '=', actor);
    if (act !== undefined) query = query.where(sql<boolean>`starts_with(a.act, ${act})`);
    return query;
  }

  return {
    record: (entry) => database.transaction().execute((trx) => appendAudit(trx, keys, entry)),
    recordMovement: (entry, movement) =>
      database.transaction().execute(async (trx) => {
        // One after the other: of two who are told of one movement at once, the second sees the entry of the first.
        await trx.selectFrom('admin.audit_head').select('seq').forUpdate().execute();
        const before = await trx
          .selectFrom('admin.audit')
          .select('seq')
          .where('drop_id', '=', entry.drop)
          .where('act', 'in', MOVEMENT_ACTS)
          .where(sql<boolean>`after ->> 'movement' = ${String(movement)}`)
          .executeTakeFirst();
        await appendAudit(trx, keys, before ? { ...entry, act: 'stock.replayed' } : entry);
      }),
    read: ({ after, limit, drop = null, actor, act }) =>
      fitting({ drop, actor, act }).where('a.seq', '>', after).orderBy('a.seq').limit(limit).execute(),
    readBack: ({ before, limit, ...filter }) =>
      fitting(filter).where('a.seq', '<', before).orderBy('a.seq', 'desc').limit(limit).execute(),
    find: (seq) => entries().where('a.seq', '=', seq).executeTakeFirst(),
    latest: (drop, acts) =>
      entries()
        .where('a.drop_id', '=', drop)
        .where('a.act', 'in', acts)
        .where('u.seq', 'is', null)
        .orderBy('a.seq', 'desc')
        .limit(1)
        .executeTakeFirst(),
    claimUndo: (seq, entry) =>
      database.transaction().execute(async (trx) => {
        if (!(await markUndone(trx, seq))) return false;
        await appendAudit(trx, keys, entry);
        return true;
      }),
    async head() {
      const { seq, hash, at } = await database
        .selectFrom('admin.audit_head')
        .select(['seq', 'hash', sql<Date>`now()`.as('at')])
        .executeTakeFirstOrThrow();
      return { seq: Number(seq), hash: hash.toString('hex'), at: at.toISOString() };
    },
    walk: (atOnce, visit) =>
      database
        .transaction()
        .setIsolationLevel('repeatable read')
        .execute(async (trx) => {
          for (let after = Number.MIN_SAFE_INTEGER; ; ) {
            const page = await trx
              .selectFrom('admin.audit as a')
              .select([...CONTENT, 'a.hash as hash', 'a.seal as seal'])
              .where('a.seq', '>', after)
              .orderBy('a.seq')
              .limit(atOnce)
              .execute();
            if (page.length === 0) break;
            visit(page);
            after = page.at(-1)?.seq ?? after;
          }
          const head = await trx
            .selectFrom('admin.audit_head')
            .select(['seq', 'hash'])
            .executeTakeFirstOrThrow();
          return { seq: Number(head.seq), hash: head.hash };
        }),
    async releaseUndo(seq) {
      await database.deleteFrom('admin.undone').where('seq', '=', seq).execute();
    },
  };
}
