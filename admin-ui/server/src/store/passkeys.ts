/** Passkeys in Postgres, and the challenges that they answer: each is taken once, by whichever instance is asked. */
import { type Selectable, sql } from 'kysely';
import type { AuditKeys } from '../domain/audit-keys.ts';
import { appendAudit, type Who } from './audit.ts';
import type { Database, PasskeyPurpose, Tables } from './database.ts';

/** Looking for the key, unlocking the telephone. */
const LIFETIME = sql<Date>`now() + interval '5 minutes'`;
/** A person has a few; the schema has the same bound. */
export const PASSKEYS_MAX = 20;

export interface Passkey {
  readonly id: string;
  readonly account: string;
  /** base64url, as browsers tell it. */
  readonly credentialId: string;
  readonly publicKey: Buffer;
  readonly transports: readonly string[];
  readonly name: string;
  /** Copied by its maker's cloud: it outlives the device. */
  readonly isBackedUp: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export type NewPasskey = Pick<
  Passkey,
  'account' | 'credentialId' | 'publicKey' | 'transports' | 'name' | 'isBackedUp'
> & { readonly counter: number };

export interface PasskeyStore {
  /** @param account whose answer it has to be; null: anybody's */
  keepChallenge(digest: Buffer, purpose: PasskeyPurpose, account: string | null): Promise<void>;
  /** False: nobody has asked for it for this, it has taken too long, or it was taken before. */
  takeChallenge(digest: Buffer, purpose: PasskeyPurpose, account: string | null): Promise<boolean>;
  /**
   * `isFirst`: the account had no second factor before. `taken`: the credential is known already; `too-many`: the account has
   * {@link PASSKEYS_MAX}.
   */
  add(
    passkey: NewPasskey,
    who: Who,
  ): Promise<{ readonly passkey: Passkey; readonly isFirst: boolean } | 'taken' | 'too-many'>;
  list(account: string): Promise<Passkey[]>;
  findByCredential(credentialId: string): Promise<Passkey | undefined>;
  /** Notes that it was used; false: its counter has not risen, so that there is another one like it. */
  use(id: string, counter: number): Promise<boolean>;
  /** `last-factor`: without it the account would have no second factor. */
  remove(account: string, id: string, who: Who): Promise<'removed' | 'no-such-passkey' | 'last-factor'>;
}

const passkeyOf = (row: Selectable<Tables['admin.passkeys']>): Passkey => ({
  id: row.passkey_id,
  account: row.account_id,
  credentialId: row.credential_id,
  publicKey: row.public_key,
  transports: row.transports,
  name: row.name,
  isBackedUp: row.is_backed_up,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
});

export function createPasskeyStore(database: Database, keys: Pick<AuditKeys, 'seal'>): PasskeyStore {
  return {
    async keepChallenge(digest, purpose, account) {
      await database
        .deleteFrom('admin.passkey_challenges')
        .where('expires_at', '<', sql<Date>`now()`)
        .execute();
      await database
        .insertInto('admin.passkey_challenges')
        .values({ digest, purpose, account_id: account, expires_at: LIFETIME })
        .execute();
    },
    async takeChallenge(digest, purpose, account) {
      const row = await database
        .deleteFrom('admin.passkey_challenges')
        .where('digest', '=', digest)
        .returning(['purpose', 'account_id', sql<boolean>`expires_at > now()`.as('is_in_time')])
        .executeTakeFirst();
      return row?.is_in_time === true && row.purpose === purpose && row.account_id === account;
    },

    add: ({ account, credentialId, publicKey, transports, name, isBackedUp, counter }, who) =>
      database.transaction().execute(async (trx) => {
        const {
          email,
          passkey_count: count,
          totp_sealed: totp,
        } = await trx
          .selectFrom('admin.accounts')
          .select(['email', 'passkey_count', 'totp_sealed'])
          .where('account_id', '=', account)
          .forUpdate()
          .executeTakeFirstOrThrow();
        if (count >= PASSKEYS_MAX) return 'too-many';
        const row = await trx
          .insertInto('admin.passkeys')
          .values({
            account_id: account,
            credential_id: credentialId,
            public_key: publicKey,
            counter,
            transports: [...transports],
            name,
            is_backed_up: isBackedUp,
          })
          .onConflict((conflict) => conflict.column('credential_id').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!row) return 'taken';
        await trx
          .updateTable('admin.accounts')
          .set({ passkey_count: count + 1 })
          .where('account_id', '=', account)
          .execute();
        const after = { email, factor: 'passkey', name, isBackedUp };
        await appendAudit(trx, keys, { ...who, act: 'account.mfa', drop: null, before: null, after });
        return { passkey: passkeyOf(row), isFirst: count === 0 && totp === null };
      }),

    async list(account) {
      const rows = await database
        .selectFrom('admin.passkeys')
        .selectAll()
        .where('account_id', '=', account)
        .orderBy('created_at')
        .execute();
      return rows.map(passkeyOf);
    },
    async findByCredential(credentialId) {
      const row = await database
        .selectFrom('admin.passkeys')
        .selectAll()
        .where('credential_id', '=', credentialId)
        .executeTakeFirst();
      return row && passkeyOf(row);
    },
    async use(id, counter) {
      const { numUpdatedRows } = await database
        .updateTable('admin.passkeys')
        .set({ counter, last_used_at: sql<Date>`now()` })
        .where('passkey_id', '=', id)
        .where(sql<boolean>`counter < ${counter} or (counter = 0 and ${counter} = 0)`)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },

    remove: (account, id, who) =>
      database.transaction().execute(async (trx) => {
        const owner = await trx
          .selectFrom('admin.accounts')
          .select(['email', 'passkey_count', 'totp_sealed'])
          .where('account_id', '=', account)
          .forUpdate()
          .executeTakeFirstOrThrow();
        const found = await trx
          .selectFrom('admin.passkeys')
          .select('name')
          .where('passkey_id', '=', id)
          .where('account_id', '=', account)
          .executeTakeFirst();
        if (!found) return 'no-such-passkey';
        if (owner.passkey_count === 1 && owner.totp_sealed === null) return 'last-factor';
        await trx.deleteFrom('admin.passkeys').where('passkey_id', '=', id).execute();
        await trx
          .updateTable('admin.accounts')
          .set({ passkey_count: owner.passkey_count - 1 })
          .where('account_id', '=', account)
          .execute();
        const before = { email: owner.email, factor: 'passkey', name: found.name };
        await appendAudit(trx, keys, { ...who, act: 'account.mfa-removed', drop: null, before, after: null });
        return 'removed';
      }),
  };
}
