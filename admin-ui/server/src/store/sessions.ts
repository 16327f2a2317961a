/** Sessions in Postgres: what a browser holds is kept as a digest only, and any session can be ended at any moment. */
import { sql } from 'kysely';
import type { Role } from '../domain/roles.ts';
import type { Database } from './database.ts';

/** A working day; the next one begins with a password. */
const LIFETIME = sql<Date>`now() + interval '12 hours'`;
/** Left alone for so long it is over: a screen that is open asks every second. */
const IDLE = sql`interval '2 hours'`;
/** How exactly `seen_at` is kept: a write a minute, not one a request. */
const SEEN_EVERY = sql`interval '1 minute'`;
/** How long a proof counts for dangerous acts. */
const FRESH_MS = 15 * 60_000;

/** A session together with what its account may be, as it is this moment. */
export interface OpenSession {
  readonly id: string;
  readonly account: { readonly id: string; readonly email: string; readonly role: Role };
  readonly drops: readonly string[] | null;
  readonly hasMfa: boolean;
  readonly freshUntil: Date;
  readonly expiresAt: Date;
}

export interface ListedSession {
  readonly id: string;
  readonly hasMfa: boolean;
  readonly userAgent: string;
  readonly createdAt: Date;
  readonly seenAt: Date;
  readonly expiresAt: Date;
}

export interface NewSession {
  readonly account: string;
  readonly digest: Buffer;
  readonly hasMfa: boolean;
  readonly userAgent: string;
  /** What the account was proven by, as it was then: a hash of its password, one of its passkeys, or somebody else's word. */
  readonly provenBy: { readonly passwordHash: string } | 'passkey' | 'openid';
}

export interface SessionStore {
  /** False: the account is disabled by now, or what proved it is no proof any more. */
  create(session: NewSession): Promise<boolean>;
  /** Undefined: there is none, it is over, or its account may not sign in. */
  open(digest: Buffer): Promise<OpenSession | undefined>;
  /** The account has proven itself again; with a second factor, or as it was. */
  renew(id: string, hasMfa: boolean): Promise<Pick<OpenSession, 'hasMfa' | 'freshUntil'>>;
  list(account: string): Promise<ListedSession[]>;
  /** False: the account has no such open session. */
  end(account: string, id: string): Promise<boolean>;
  /** @returns how many */
  endAll(account: string): Promise<number>;
}

const freshUntil = (freshAt: Date): Date => new Date(freshAt.getTime() + FRESH_MS);

export function createSessionStore(database: Database): SessionStore {
  const alive = sql<boolean>`s.ended_at is null and s.expires_at > now() and s.seen_at > now() - ${IDLE}`;
  return {
    async create({ account, digest, hasMfa, userAgent, provenBy }) {
      const isProof =
        provenBy === 'openid'
          ? sql`true`
          : provenBy === 'passkey'
            ? sql`passkey_count > 0`
            : sql`password_hash = ${provenBy.passwordHash}`;
      // Who takes a proof away locks the account and then ends its sessions: this one comes before that, or not at all.
      const { numAffectedRows } = await sql`
        insert into admin.sessions (account_id, digest, has_mfa, user_agent, expires_at)
          select account_id, ${digest}, ${hasMfa}, ${userAgent}, ${LIFETIME} from admin.accounts
           where account_id = ${account} and disabled_at is null and ${isProof} for share`.execute(database);
      return numAffectedRows === 1n;
    },
    async open(digest) {
      const row = await database
        .selectFrom('admin.sessions as s')
        .innerJoin('admin.accounts as a', 'a.account_id', 's.account_id')
        .select(['s.session_id', 's.has_mfa', 's.fresh_at', 's.expires_at'])
        .select(['a.account_id', 'a.email', 'a.role', 'a.drops'])
        .select(sql<boolean>`s.seen_at < now() - ${SEEN_EVERY}`.as('is_seen_long_ago'))
        .where('s.digest', '=', digest)
        .where('a.disabled_at', 'is', null)
        .where(alive)
        .executeTakeFirst();
      if (!row) return undefined;
      if (row.is_seen_long_ago) {
        await database
          .updateTable('admin.sessions')
          .set({ seen_at: sql<Date>`now()` })
          .where('session_id', '=', row.session_id)
          .execute();
      }
      return {
        id: row.session_id,
        account: { id: row.account_id, email: row.email, role: row.role },
        drops: row.drops,
        hasMfa: row.has_mfa,
        freshUntil: freshUntil(row.fresh_at),
        expiresAt: row.expires_at,
      };
    },
    async renew(id, hasMfa) {
      const row = await database
        .updateTable('admin.sessions')
        .set({ fresh_at: sql<Date>`now()`, has_mfa: sql<boolean>`has_mfa or ${hasMfa}` })
        .where('session_id', '=', id)
        .returning(['has_mfa', 'fresh_at'])
        .executeTakeFirstOrThrow();
      return { hasMfa: row.has_mfa, freshUntil: freshUntil(row.fresh_at) };
    },
    async list(account) {
      const rows = await database
        .selectFrom('admin.sessions as s')
        .select(['session_id', 'has_mfa', 'user_agent', 'created_at', 'seen_at', 'expires_at'])
        .where('account_id', '=', account)
        .where(alive)
        .orderBy('created_at', 'desc')
        .execute();
      return rows.map((row) => ({
        id: row.session_id,
        hasMfa: row.has_mfa,
        userAgent: row.user_agent,
        createdAt: row.created_at,
        seenAt: row.seen_at,
        expiresAt: row.expires_at,
      }));
    },
    async end(account, id) {
      const { numUpdatedRows } = await database
        .updateTable('admin.sessions')
        .set({ ended_at: sql<Date>`now()` })
        .where('session_id', '=', id)
        .where('account_id', '=', account)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async endAll(account) {
      const { numUpdatedRows } = await database
        .updateTable('admin.sessions')
        .set({ ended_at: sql<Date>`now()` })
        .where('account_id', '=', account)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
}
