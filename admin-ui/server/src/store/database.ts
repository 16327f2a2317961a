/** The tables of the schema `admin` as types, and the query builder over the service's pool. */
import { type ColumnType, type Generated, Kysely, PostgresDialect, type Transaction } from 'kysely';
import type { Pool } from 'pg';
import type { CodeBatch } from '../domain/access-codes.ts';
import type { AdmissionPolicy } from '../domain/admission-policy.ts';
import type { DropTotals, RosterHead } from '../domain/archive.ts';
import type { DropPage, Override, Product } from '../domain/drop.ts';
import type { DropAccess } from '../domain/drop-access.ts';
import type { Ramp } from '../domain/ramp.ts';
import type { RehearsalEnd, RehearsalSettings } from '../domain/rehearsal.ts';
import type { Permission, Role } from '../domain/roles.ts';
import type { SeriesPlan } from '../domain/series.ts';

/** Read as a value, written as JSON text (pg would write a list as an SQL array). */
type Json<T> = ColumnType<T, string, string>;

export interface Tables {
  'admin.drops': {
    drop_id: string;
    name: string;
    opens_at: Date;
    lobby_opens_at: Date;
    closes_at: Date | null;
    time_zone: string;
    admission: Json<AdmissionPolicy>;
    page: Json<DropPage>;
    per_shopper_limit: number;
    currency: string;
    products: Json<Product[]>;
    access: ColumnType<DropAccess, string | undefined, string>;
    code_batches: ColumnType<CodeBatch[], string | undefined, string>;
    override: Override;
    override_until: Date | null;
    override_owner: string | null;
    override_reason: string | null;
    ramp: Json<Ramp> | null;
    ignore_capacity_until: Date | null;
    commit: string | null;
    series_id: string | null;
    occurs_local: string | null;
    is_edited_alone: Generated<boolean>;
    is_draft: Generated<boolean>;
    policy_version: Generated<number>;
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
  };
  'admin.series': {
    series_id: string;
    name: string;
    rrule: string;
    starts_local: string;
    time_zone: string;
    choice: 'earlier' | 'later' | null;
    skipped: string[];
    ahead_days: number;
    open_seconds: number | null;
    plan: Json<SeriesPlan>;
    made_until: Date;
    ended_at: Date | null;
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
  };
  'admin.code_uses': { drop_id: string; batch: number; uses: number; seen_at: Generated<Date> };
  'admin.seeds': { drop_id: string; sealed: Buffer };
  'admin.checkout_setups': {
    drop_id: string;
    wanted: Generated<number>;
    done: Generated<number>;
    attempts: Generated<number>;
    last_error: string | null;
    next_try_at: Generated<Date>;
  };
  'admin.audit': {
    seq: number;
    at: ColumnType<Date, string, never>;
    actor: string;
    act: string;
    drop_id: string | null;
    before: Json<unknown> | null;
    after: Json<unknown> | null;
    reason: string | null;
    hash: Buffer;
    seal: Buffer;
  };
  'admin.archives': {
    drop_id: string;
    attempts: Generated<number>;
    next_try_at: Generated<Date>;
    last_error: string | null;
    head: Json<RosterHead> | null;
    revealed_at: Date | null;
    draw_stored_at: Date | null;
    closed_at: Date | null;
    totals: Json<DropTotals> | null;
    report: Json<unknown> | null;
    audit_seq: number | null;
    stored_at: Date | null;
    removed_at: Date | null;
  };
  'admin.archive_chunks': { drop_id: string; kind: 'roster' | 'late'; number: number; body: string };
  'admin.peaks': { drop_id: string; waiting: number; waiting_at: Date; inside: number; inside_at: Date };
  'admin.logos': {
    hash: string;
    image: Buffer;
    width: number;
    height: number;
    created_at: Generated<Date>;
  };
  'admin.logo_uploads': {
    drop_id: string;
    upload_id: Generated<string>;
    sent: Buffer | null;
    sent_by: string;
    reason: string | null;
    attempts: Generated<number>;
    next_try_at: Generated<Date>;
    last_error: string | null;
  };
  'admin.rehearsals': {
    rehearsal_id: string;
    source_id: string;
    settings: Json<RehearsalSettings>;
    started_by: string;
    started_at: Generated<Date>;
    opens_at: Date;
    ends_at: Date;
    instance: string;
    seen_at: Generated<Date>;
    stop_wanted_by: string | null;
    ended_at: Date | null;
    end_reason: RehearsalEnd | null;
    result: Json<unknown> | null;
    crowd: Json<unknown> | null;
    cleared_at: Date | null;
    deleted_at: Date | null;
  };
  'admin.journaled': { entry_id: string; entered_at: Generated<Date> };
  'admin.undone': { seq: number; at: Generated<Date> };
  'admin.accounts': {
    account_id: Generated<string>;
    email: string;
    name: string;
    role: Role;
    drops: string[] | null;
    password_hash: string | null;
    oidc_issuer: string | null;
    oidc_subject: string | null;
    totp_sealed: Buffer | null;
    totp_pending: Buffer | null;
    totp_step: ColumnType<string, number | undefined, number>;
    passkey_count: Generated<number>;
    failed_sign_ins: Generated<number>;
    last_sign_in_at: Date | null;
    disabled_at: Date | null;
    created_at: Generated<Date>;
  };
  'admin.passkeys': {
    passkey_id: Generated<string>;
    account_id: string;
    credential_id: string;
    public_key: Buffer;
    counter: ColumnType<string, number, number>;
    transports: string[];
    name: string;
    is_backed_up: boolean;
    created_at: Generated<Date>;
    last_used_at: Date | null;
  };
  'admin.passkey_challenges': {
    digest: Buffer;
    purpose: PasskeyPurpose;
    account_id: string | null;
    expires_at: Date;
  };
  'admin.recovery_codes': { account_id: string; digest: Buffer; used_at: Date | null };
  'admin.account_links': {
    digest: Buffer;
    account_id: string | null;
    purpose: LinkPurpose;
    expires_at: Date;
    used_at: Date | null;
  };
  'admin.sessions': {
    session_id: Generated<string>;
    digest: Buffer;
    account_id: string;
    has_mfa: boolean;
    user_agent: string;
    created_at: Generated<Date>;
    fresh_at: Generated<Date>;
    seen_at: Generated<Date>;
    expires_at: Date;
    ended_at: Date | null;
  };
  'admin.known_devices': { account_id: string; digest: Buffer; seen_at: Generated<Date> };
  'admin.sign_in_attempts': { bucket: Buffer; failures: number; last_at: Generated<Date>; next_at: Date };
  'admin.oidc_sign_ins': { digest: Buffer; nonce: string; verifier: string; expires_at: Date };
  'admin.api_keys': {
    key_id: string;
    digest: Buffer;
    name: string;
    scopes: Permission[];
    drops: string[] | null;
    created_by: string;
    created_at: Generated<Date>;
    expires_at: Date | null;
    last_used_at: Date | null;
    revoked_at: Date | null;
  };
  'admin.audit_head': { is_only: Generated<boolean>; seq: ColumnType<string, number, number>; hash: Buffer };
}

/** What a challenge is for; an answer to one counts for nothing else. */
export type PasskeyPurpose = 'register' | 'sign-in' | 'second-factor';

export type LinkPurpose = 'first-owner' | 'invitation' | 'reset';

export type Database = Kysely<Tables>;
export type Trx = Transaction<Tables>;

/** Closing it ends the pool. */
export function createDatabase(pool: Pool): Database {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
