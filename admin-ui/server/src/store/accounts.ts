/** Accounts in Postgres. Each change of one is a transaction with its audit entry; secrets go in and come out sealed or hashed. */
import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import type { AuditKeys } from '../domain/audit-keys.ts';
import type { Role } from '../domain/roles.ts';
import { appendAudit, type Who } from './audit.ts';
import type { Database, Tables, Trx } from './database.ts';

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Ids of the only drops it may see; null: all. */
  readonly drops: readonly string[] | null;
  readonly isDisabled: boolean;
  readonly hasPassword: boolean;
  readonly isMfaSetUp: boolean;
  readonly failedSignIns: number;
  readonly lastSignInAt: Date | null;
  readonly createdAt: Date;
}

/** What proves an account; never for an answer or a log. */
export interface Proofs {
  readonly passwordHash: string | null;
  readonly totpSealed: Buffer | null;
  readonly totpPending: Buffer | null;
  readonly totpStep: number;
}

export type AccountChange = Partial<Pick<Account, 'name' | 'role' | 'drops' | 'isDisabled'>>;

export interface AccountStore {
  /** Undefined: the address has an account. */
  create(account: Pick<Account, 'email' | 'name' | 'role' | 'drops'>, who: Who): Promise<Account | undefined>;
  find(id: string): Promise<Account | undefined>;
  findByEmail(email: string): Promise<Account | undefined>;
  /**
   * By who they are at the provider; the first time by an address that it has verified, and from then on by that alone.
   */
  findByOidc(identified: {
    readonly issuer: string;
    readonly subject: string;
    readonly email: string | undefined;
  }): Promise<Account | undefined>;
  list(): Promise<Account[]>;
  isEmpty(): Promise<boolean>;
  /** `last-owner`: nobody could make accounts any more. Disabling one ends its sessions. */
  change(id: string, change: AccountChange, who: Who): Promise<Account | 'no-such-account' | 'last-owner'>;
  proofs(id: string): Promise<Proofs | undefined>;
  setPassword(id: string, hash: string, who: Who): Promise<void>;
  /** Not in force until {@link confirmTotp}. */
  proposeTotp(id: string, sealed: Buffer): Promise<void>;
  /** What was proposed is in force from now on, with new recovery codes. False: nothing was proposed. */
  confirmTotp(id: string, step: number, recovery: readonly Buffer[], who: Who): Promise<boolean>;
  setRecoveryCodes(id: string, recovery: readonly Buffer[], who: Who): Promise<void>;
  /** False: the step, or a later one, was taken before. */
  takeTotpStep(id: string, step: number): Promise<boolean>;
  /** False: there is no such unused code. */
  takeRecoveryCode(id: string, digest: Buffer): Promise<boolean>;
  /** No password, no second factor, no session any more: only a new link lets it in again. */
  clearProofs(id: string, who: Who): Promise<void>;
  noteFailure(id: string): Promise<void>;
  /** @returns how many had failed before */
  noteSignIn(id: string): Promise<number>;
  isKnownDevice(id: string, digest: Buffer): Promise<boolean>;
  rememberDevice(id: string, digest: Buffer): Promise<void>;
}

type Row = Selectable<Tables['admin.accounts']>;

const accountOf = (row: Row): Account => ({
  id: row.account_id,
  email: row.email,
  name: row.name,
  role: row.role,
  drops: row.drops,
  isDisabled: row.disabled_at !== null,
  hasPassword: row.password_hash !== null,
  isMfaSetUp: row.totp_sealed !== null || row.passkey_count > 0,
  failedSignIns: row.failed_sign_ins,
  lastSignInAt: row.last_sign_in_at,
  createdAt: row.created_at,
});

/** What the audit log tells of an account. */
const toldOf = ({ email, name, role, drops, isDisabled }: Account) => ({
  email,
  name,
  role,
  drops,
  isDisabled,
});

export function createAccountStore(database: Database, keys: Pick<AuditKeys, 'seal'>): AccountStore {
  const audited = (trx: Trx, who: Who, act: string, before: unknown, after: unknown) =>
    appendAudit(trx, keys, { ...who, act, drop: null, before, after });
  const byId = <T>(query: SelectQueryBuilder<Tables, 'admin.accounts', T>, id: string) =>
    query.where('account_id', '=', id);

  async function emailOf(trx: Trx, id: string): Promise<string> {
    const { email } = await byId(trx.selectFrom('admin.accounts'), id)
      .select('email')
      .executeTakeFirstOrThrow();
    return email;
  }

  async function linkedTo(trx: Trx, issuer: string, subject: string): Promise<Account | undefined> {
    const row = await trx
      .selectFrom('admin.accounts')
      .selectAll()
      .where('oidc_issuer', '=', issuer)
      .where('oidc_subject', '=', subject)
      .executeTakeFirst();
    return row && accountOf(row);
  }

  /** Of an account whose row the caller has locked: two at once would each add theirs, and either would see none to replace. */
  async function replaceRecovery(trx: Trx, id: string, digests: readonly Buffer[]): Promise<void> {
    await trx.deleteFrom('admin.recovery_codes').where('account_id', '=', id).execute();
    const rows = digests.map((digest) => ({ account_id: id, digest, used_at: null }));
    if (rows.length > 0) await trx.insertInto('admin.recovery_codes').values(rows).execute();
  }

  return {
    create: (account, who) =>
      database.transaction().execute(async (trx) => {
        const row = await trx
          .insertInto('admin.accounts')
          .values({ ...account, drops: account.drops && [...account.drops] })
          .onConflict((conflict) => conflict.column('email').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        const made = accountOf(row);
        await audited(trx, who, 'account.create', null, toldOf(made));
        return made;
      }),

    async find(id) {
      const row = await byId(database.selectFrom('admin.accounts'), id).selectAll().executeTakeFirst();
      return row && accountOf(row);
    },
    async findByEmail(email) {
      const row = await database
        .selectFrom('admin.accounts')
        .selectAll()
        .where('email', '=', email.toLowerCase())
        .executeTakeFirst();
      return row && accountOf(row);
    },
    findByOidc: ({ issuer, subject, email }) =>
      database.transaction().execute(async (trx) => {
        const linked = await linkedTo(trx, issuer, subject);
        if (linked || email === undefined) return linked;
        const row = await trx
          .updateTable('admin.accounts')
          .set({ oidc_issuer: issuer, oidc_subject: subject })
          .where('email', '=', email)
          .where('oidc_issuer', 'is', null)
          .where('disabled_at', 'is', null)
          .returningAll()
          .executeTakeFirst();
        // Nobody's, or another tab of the same person has linked it meanwhile.
        if (!row) return linkedTo(trx, issuer, subject);
        await audited(trx, { actor: email, reason: null }, 'account.openid', null, { email, issuer });
        return accountOf(row);
      }),
    async list() {
      const rows = await database.selectFrom('admin.accounts').selectAll().orderBy('email').execute();
      return rows.map(accountOf);
    },
    async isEmpty() {
      return !(await database.selectFrom('admin.accounts').select('account_id').limit(1).executeTakeFirst());
    },

    change: (id, change, who) =>
      database.transaction().execute(async (trx) => {
        // One order for everybody, or two owners could each take the other's role at once.
        const rows = await trx
          .selectFrom('admin.accounts')
          .selectAll()
          .orderBy('account_id')
          .forUpdate()
          .execute();
        const found = rows.find((row) => row.account_id === id);
        if (!found) return 'no-such-account';
        const before = accountOf(found);
        const after = { ...before, ...change };
        if (!isActingOwner(after) && rows.every((row) => row === found || !isActingOwner(accountOf(row))))
          return 'last-owner';
        await trx
          .updateTable('admin.accounts')
          .set({
            name: after.name,
            role: after.role,
            drops: after.role === 'owner' ? null : after.drops && [...after.drops],
            disabled_at: after.isDisabled ? sql`coalesce(disabled_at, now())` : null,
          })
          .where('account_id', '=', id)
          .execute();
        if (after.isDisabled) await endSessions(trx, id);
        await audited(trx, who, 'account.change', toldOf(before), toldOf(after));
        return after;
      }),

    async proofs(id) {
      const row = await byId(database.selectFrom('admin.accounts'), id)
        .select(['password_hash', 'totp_sealed', 'totp_pending', 'totp_step'])
        .executeTakeFirst();
      return (
        row && {
          passwordHash: row.password_hash,
          totpSealed: row.totp_sealed,
          totpPending: row.totp_pending,
          totpStep: Number(row.totp_step),
        }
      );
    },

    setPassword: (id, hash, who) =>
      database.transaction().execute(async (trx) => {
        await trx
          .updateTable('admin.accounts')
          .set({ password_hash: hash })
          .where('account_id', '=', id)
          .execute();
        await endSessions(trx, id);
        await audited(trx, who, 'account.password', null, { email: await emailOf(trx, id) });
      }),

    async proposeTotp(id, sealed) {
      await database
        .updateTable('admin.accounts')
        .set({ totp_pending: sealed })
        .where('account_id', '=', id)
        .execute();
    },
    confirmTotp: (id, step, recovery, who) =>
      database.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('admin.accounts')
          .set({ totp_sealed: sql<Buffer>`totp_pending`, totp_pending: null, totp_step: step })
          .where('account_id', '=', id)
          .where('totp_pending', 'is not', null)
          .returning('email')
          .executeTakeFirst();
        if (!row) return false;
        await replaceRecovery(trx, id, recovery);
        await audited(trx, who, 'account.mfa', null, { email: row.email, factor: 'totp' });
        return true;
      }),
    setRecoveryCodes: (id, recovery, who) =>
      database.transaction().execute(async (trx) => {
        const { email } = await byId(trx.selectFrom('admin.accounts').select('email'), id)
          .forUpdate()
          .executeTakeFirstOrThrow();
        await replaceRecovery(trx, id, recovery);
        const after = { email, count: recovery.length };
        await audited(trx, who, 'account.recovery-codes', null, after);
      }),

    async takeTotpStep(id, step) {
      const { numUpdatedRows } = await database
        .updateTable('admin.accounts')
        .set({ totp_step: step })
        .where('account_id', '=', id)
        .where(sql<boolean>`totp_step < ${step}`)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async takeRecoveryCode(id, digest) {
      const { numUpdatedRows } = await database
        .updateTable('admin.recovery_codes')
        .set({ used_at: sql<Date>`now()` })
        .where('account_id', '=', id)
        .where('digest', '=', digest)
        .where('used_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },

    clearProofs: (id, who) =>
      database.transaction().execute(async (trx) => {
        await trx
          .updateTable('admin.accounts')
          .set({ password_hash: null, totp_sealed: null, totp_pending: null, passkey_count: 0 })
          .where('account_id', '=', id)
          .execute();
        await trx.deleteFrom('admin.passkeys').where('account_id', '=', id).execute();
        await replaceRecovery(trx, id, []);
        await trx.deleteFrom('admin.known_devices').where('account_id', '=', id).execute();
        await endSessions(trx, id);
        await audited(trx, who, 'account.proofs-cleared', null, { email: await emailOf(trx, id) });
      }),

    async noteFailure(id) {
      await database
        .updateTable('admin.accounts')
        .set({ failed_sign_ins: sql`failed_sign_ins + 1` })
        .where('account_id', '=', id)
        .execute();
    },
    async noteSignIn(id) {
      const { failed } = await database
        .with('before', (query) =>
          query
            .selectFrom('admin.accounts')
            .select(['account_id', 'failed_sign_ins as failed'])
            .where('account_id', '=', id)
            .forUpdate(),
        )
        .updateTable('admin.accounts as a')
        .from('before')
        .set({ failed_sign_ins: 0, last_sign_in_at: sql<Date>`now()` })
        .whereRef('a.account_id', '=', 'before.account_id')
        .returning('before.failed')
        .executeTakeFirstOrThrow();
      return failed;
    },

    async isKnownDevice(id, digest) {
      const found = await database
        .selectFrom('admin.known_devices')
        .select('account_id')
        .where('account_id', '=', id)
        .where('digest', '=', digest)
        .executeTakeFirst();
      return found !== undefined;
    },
    async rememberDevice(id, digest) {
      await database
        .insertInto('admin.known_devices')
        .values({ account_id: id, digest })
        .onConflict((conflict) =>
          conflict.columns(['account_id', 'digest']).doUpdateSet({ seen_at: sql<Date>`now()` }),
        )
        .execute();
    },
  };
}

const isActingOwner = ({ role, isDisabled }: Account): boolean => role === 'owner' && !isDisabled;

async function endSessions(trx: Trx, account: string): Promise<void> {
  await trx
    .updateTable('admin.sessions')
    .set({ ended_at: sql<Date>`now()` })
    .where('account_id', '=', account)
    .where('ended_at', 'is', null)
    .execute();
}
