-- Generated from a database after all migrations; a test compares it. Not edited by hand:
-- UPDATE_SCHEMA=1 npm test -- admin-ui/server/test/store/schema

set check_function_bodies = off;
create schema admin;

-- Tables

create table admin.account_links (
  digest bytea not null,
  account_id uuid,
  purpose text not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone
);

create table admin.accounts (
  account_id uuid default gen_random_uuid() not null,
  email text collate "C" not null,
  name text not null,
  role text not null,
  drops text[],
  password_hash text,
  totp_sealed bytea,
  totp_pending bytea,
  totp_step bigint default 0 not null,
  failed_sign_ins integer default 0 not null,
  last_sign_in_at timestamp with time zone,
  disabled_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  oidc_issuer text,
  oidc_subject text,
  passkey_count integer default 0 not null
);

create table admin.api_keys (
  key_id text collate "C" not null,
  digest bytea not null,
  name text not null,
  scopes text[] not null,
  drops text[],
  created_by text not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone
);

create table admin.archive_chunks (
  drop_id text collate "C" not null,
  kind text not null,
  number integer not null,
  body text not null
);

create table admin.archives (
  drop_id text collate "C" not null,
  attempts integer default 0 not null,
  next_try_at timestamp with time zone default now() not null,
  last_error text,
  head jsonb,
  revealed_at timestamp with time zone,
  draw_stored_at timestamp with time zone,
  closed_at timestamp with time zone,
  totals jsonb,
  audit_seq bigint,
  stored_at timestamp with time zone,
  removed_at timestamp with time zone,
  report jsonb
);

create table admin.audit (
  seq bigint not null,
  at timestamp with time zone not null,
  actor text not null,
  act text not null,
  drop_id text collate "C",
  before jsonb,
  after jsonb,
  reason text,
  hash bytea not null,
  seal bytea not null
);

create table admin.audit_head (
  is_only boolean default true not null,
  seq bigint not null,
  hash bytea not null
);

create table admin.checkout_setups (
  drop_id text collate "C" not null,
  wanted integer default 1 not null,
  done integer default 0 not null,
  attempts integer default 0 not null,
  last_error text,
  next_try_at timestamp with time zone default now() not null
);

create table admin.code_uses (
  drop_id text collate "C" not null,
  batch smallint not null,
  uses integer not null,
  seen_at timestamp with time zone default now() not null
);

create table admin.drops (
  drop_id text collate "C" not null,
  name text not null,
  opens_at timestamp with time zone not null,
  lobby_opens_at timestamp with time zone not null,
  closes_at timestamp with time zone,
  admission jsonb not null,
  page jsonb not null,
  per_shopper_limit integer not null,
  currency text not null,
  products jsonb not null,
  override text default ''::text not null,
  override_until timestamp with time zone,
  commit text,
  policy_version integer default 1 not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  ramp jsonb,
  ignore_capacity_until timestamp with time zone,
  override_owner text,
  override_reason text,
  time_zone text default 'UTC'::text not null,
  series_id text,
  occurs_local text,
  is_edited_alone boolean default false not null,
  access jsonb default '{"members": null, "codeRequired": false}'::jsonb not null,
  code_batches jsonb default '[]'::jsonb not null,
  is_draft boolean default false not null
);

create table admin.journaled (
  entry_id uuid not null,
  entered_at timestamp with time zone default now() not null
);

create table admin.known_devices (
  account_id uuid not null,
  digest bytea not null,
  seen_at timestamp with time zone default now() not null
);

create table admin.logo_uploads (
  drop_id text collate "C" not null,
  upload_id uuid default gen_random_uuid() not null,
  sent bytea,
  sent_by text not null,
  reason text,
  attempts integer default 0 not null,
  next_try_at timestamp with time zone default now() not null,
  last_error text
);

create table admin.logos (
  hash text collate "C" not null,
  image bytea not null,
  width integer not null,
  height integer not null,
  created_at timestamp with time zone default now() not null
);

create table admin.oidc_sign_ins (
  digest bytea not null,
  nonce text not null,
  verifier text not null,
  expires_at timestamp with time zone not null
);

create table admin.passkey_challenges (
  digest bytea not null,
  purpose text not null,
  account_id uuid,
  expires_at timestamp with time zone not null
);

create table admin.passkeys (
  passkey_id uuid default gen_random_uuid() not null,
  account_id uuid not null,
  credential_id text not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  name text not null,
  is_backed_up boolean not null,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone
);

create table admin.peaks (
  drop_id text collate "C" not null,
  waiting integer not null,
  waiting_at timestamp with time zone not null,
  inside integer not null,
  inside_at timestamp with time zone not null
);

create table admin.recovery_codes (
  account_id uuid not null,
  digest bytea not null,
  used_at timestamp with time zone
);

create table admin.rehearsals (
  rehearsal_id text collate "C" not null,
  source_id text collate "C" not null,
  settings jsonb not null,
  started_by text not null,
  started_at timestamp with time zone default now() not null,
  opens_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  instance text not null,
  seen_at timestamp with time zone default now() not null,
  stop_wanted_by text,
  ended_at timestamp with time zone,
  end_reason text,
  result jsonb,
  cleared_at timestamp with time zone,
  deleted_at timestamp with time zone,
  crowd jsonb
);

create table admin.seeds (
  drop_id text collate "C" not null,
  sealed bytea not null
);

create table admin.series (
  series_id text not null,
  name text not null,
  rrule text not null,
  starts_local text not null,
  time_zone text not null,
  choice text,
  skipped text[] not null,
  ahead_days integer not null,
  open_seconds integer,
  plan jsonb not null,
  made_until timestamp with time zone not null,
  ended_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null
);

create table admin.sessions (
  session_id uuid default gen_random_uuid() not null,
  digest bytea not null,
  account_id uuid not null,
  has_mfa boolean not null,
  user_agent text not null,
  created_at timestamp with time zone default now() not null,
  fresh_at timestamp with time zone default now() not null,
  seen_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone
);

create table admin.sign_in_attempts (
  bucket bytea not null,
  failures integer not null,
  last_at timestamp with time zone default now() not null,
  next_at timestamp with time zone not null
);

create table admin.undone (
  seq bigint not null,
  at timestamp with time zone default now() not null
);

-- Constraints

alter table admin.account_links add constraint account_links_pkey PRIMARY KEY (digest);

alter table admin.accounts add constraint accounts_email_once UNIQUE (email);

alter table admin.accounts add constraint accounts_oidc_once UNIQUE (oidc_issuer, oidc_subject);

alter table admin.accounts add constraint accounts_pkey PRIMARY KEY (account_id);

alter table admin.api_keys add constraint api_keys_pkey PRIMARY KEY (key_id);

alter table admin.archive_chunks add constraint archive_chunks_pkey PRIMARY KEY (drop_id, kind, number);

alter table admin.archives add constraint archives_pkey PRIMARY KEY (drop_id);

alter table admin.audit add constraint audit_pkey PRIMARY KEY (seq);

alter table admin.audit_head add constraint audit_head_pkey PRIMARY KEY (is_only);

alter table admin.checkout_setups add constraint checkout_setups_pkey PRIMARY KEY (drop_id);

alter table admin.code_uses add constraint code_uses_pkey PRIMARY KEY (drop_id, batch);

alter table admin.drops add constraint drops_occur_once UNIQUE (series_id, occurs_local);

alter table admin.drops add constraint drops_pkey PRIMARY KEY (drop_id);

alter table admin.journaled add constraint journaled_pkey PRIMARY KEY (entry_id);

alter table admin.known_devices add constraint known_devices_pkey PRIMARY KEY (account_id, digest);

alter table admin.logo_uploads add constraint logo_uploads_pkey PRIMARY KEY (drop_id);

alter table admin.logos add constraint logos_pkey PRIMARY KEY (hash);

alter table admin.oidc_sign_ins add constraint oidc_sign_ins_pkey PRIMARY KEY (digest);

alter table admin.passkey_challenges add constraint passkey_challenges_pkey PRIMARY KEY (digest);

alter table admin.passkeys add constraint passkeys_once UNIQUE (credential_id);

alter table admin.passkeys add constraint passkeys_pkey PRIMARY KEY (passkey_id);

alter table admin.peaks add constraint peaks_pkey PRIMARY KEY (drop_id);

alter table admin.recovery_codes add constraint recovery_codes_pkey PRIMARY KEY (account_id, digest);

alter table admin.rehearsals add constraint rehearsals_pkey PRIMARY KEY (rehearsal_id);

alter table admin.seeds add constraint seeds_pkey PRIMARY KEY (drop_id);

alter table admin.series add constraint series_pkey PRIMARY KEY (series_id);

alter table admin.sessions add constraint sessions_digest_once UNIQUE (digest);

alter table admin.sessions add constraint sessions_pkey PRIMARY KEY (session_id);

alter table admin.sign_in_attempts add constraint sign_in_attempts_pkey PRIMARY KEY (bucket);

alter table admin.undone add constraint undone_pkey PRIMARY KEY (seq);

alter table admin.account_links add constraint account_links_of_account CHECK ((purpose = 'first-owner'::text) = (account_id IS NULL));

alter table admin.account_links add constraint account_links_purpose_known CHECK (purpose = ANY (ARRAY['first-owner'::text, 'invitation'::text, 'reset'::text]));

alter table admin.accounts add constraint accounts_email_lower CHECK (email = lower(email));

alter table admin.accounts add constraint accounts_oidc_whole CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL));

alter table admin.accounts add constraint accounts_owner_unlimited CHECK (role <> 'owner'::text OR drops IS NULL);

alter table admin.accounts add constraint accounts_passkeys_bounded CHECK (passkey_count >= 0 AND passkey_count <= 20);

alter table admin.accounts add constraint accounts_role_known CHECK (role = ANY (ARRAY['owner'::text, 'merchant'::text, 'operator'::text, 'viewer'::text]));

alter table admin.api_keys add constraint api_keys_scoped CHECK (cardinality(scopes) > 0);

alter table admin.archive_chunks add constraint archive_chunks_kind_known CHECK (kind = ANY (ARRAY['roster'::text, 'late'::text]));

alter table admin.archives add constraint archives_removed_after_stored CHECK (removed_at IS NULL OR stored_at IS NOT NULL);

alter table admin.archives add constraint archives_stored_whole CHECK (stored_at IS NULL OR draw_stored_at IS NOT NULL AND closed_at IS NOT NULL AND totals IS NOT NULL AND audit_seq IS NOT NULL);

alter table admin.audit_head add constraint audit_head_is_one CHECK (is_only);

alter table admin.checkout_setups add constraint checkout_setups_done_bounded CHECK (done <= wanted);

alter table admin.drops add constraint drops_close_after_opening CHECK (closes_at > opens_at);

alter table admin.drops add constraint drops_commit_is_digest CHECK (commit ~ '^[0-9a-f]{64}$'::text);

alter table admin.drops add constraint drops_lobby_before_opening CHECK (lobby_opens_at <= opens_at);

alter table admin.drops add constraint drops_override_known CHECK (override = ANY (ARRAY[''::text, 'paused'::text, 'draining'::text, 'closed'::text, 'queue_all'::text, 'pass_through'::text]));

alter table admin.drops add constraint drops_pass_through_ends CHECK (override <> 'pass_through'::text OR override_until IS NOT NULL);

alter table admin.drops add constraint drops_series_whole CHECK ((series_id IS NULL) = (occurs_local IS NULL));

alter table admin.logos add constraint logos_hash_is_of_image CHECK (hash = rtrim(translate(encode(sha256(image), 'base64'::text), '+/'::text, '-_'::text), '='::text));

alter table admin.logos add constraint logos_small CHECK (octet_length(image) <= 10240);

alter table admin.passkey_challenges add constraint passkey_challenges_purpose CHECK (purpose = ANY (ARRAY['register'::text, 'sign-in'::text, 'second-factor'::text]));

alter table admin.rehearsals add constraint rehearsals_deleted_after_end CHECK (deleted_at IS NULL OR ended_at IS NOT NULL);

alter table admin.rehearsals add constraint rehearsals_end_has_reason CHECK ((ended_at IS NULL) = (end_reason IS NULL));

alter table admin.rehearsals add constraint rehearsals_end_known CHECK (end_reason = ANY (ARRAY['over'::text, 'stopped'::text, 'interrupted'::text]));

alter table admin.rehearsals add constraint rehearsals_named_so CHECK (starts_with(rehearsal_id, 'rehearsal-'::text));

alter table admin.seeds add constraint seeds_sealed_whole CHECK (octet_length(sealed) = (12 + 32 + 16));

alter table admin.series add constraint series_ahead CHECK (ahead_days >= 1 AND ahead_days <= 90);

alter table admin.series add constraint series_choice CHECK (choice = ANY (ARRAY['earlier'::text, 'later'::text]));

alter table admin.account_links add constraint account_links_account_id_fkey FOREIGN KEY (account_id) REFERENCES admin.accounts(account_id) ON DELETE CASCADE;

alter table admin.archive_chunks add constraint archive_chunks_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES admin.archives(drop_id);

alter table admin.archives add constraint archives_audit_seq_fkey FOREIGN KEY (audit_seq) REFERENCES admin.audit(seq);

alter table admin.archives add constraint archives_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES admin.drops(drop_id);

alter table admin.checkout_setups add constraint checkout_setups_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES admin.drops(drop_id);

alter table admin.code_uses add constraint code_uses_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES admin.drops(drop_id);

alter table admin.drops add constraint drops_series_id_fkey FOREIGN KEY (series_id) REFERENCES admin.series(series_id);

alter table admin.known_devices add constraint known_devices_account_id_fkey FOREIGN KEY (account_id) REFERENCES admin.accounts(account_id) ON DELETE CASCADE;

alter table admin.logo_uploads add constraint logo_uploads_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES admin.drops(drop_id);

alter table admin.passkey_challenges add constraint passkey_challenges_account_id_fkey FOREIGN KEY (account_id) REFERENCES admin.accounts(account_id);

alter table admin.passkeys add constraint passkeys_account_id_fkey FOREIGN KEY (account_id) REFERENCES admin.accounts(account_id);

alter table admin.peaks add constraint peaks_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES admin.drops(drop_id);

alter table admin.recovery_codes add constraint recovery_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES admin.accounts(account_id) ON DELETE CASCADE;

alter table admin.rehearsals add constraint rehearsals_source_id_fkey FOREIGN KEY (source_id) REFERENCES admin.drops(drop_id);

alter table admin.seeds add constraint seeds_drop_id_fkey FOREIGN KEY (drop_id) REFERENCES admin.drops(drop_id);

alter table admin.sessions add constraint sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES admin.accounts(account_id) ON DELETE CASCADE;

alter table admin.undone add constraint undone_seq_fkey FOREIGN KEY (seq) REFERENCES admin.audit(seq);

-- Views



-- Functions

CREATE OR REPLACE FUNCTION admin.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$
;

-- Indexes

CREATE INDEX archives_unfinished ON admin.archives USING btree (next_try_at) WHERE (removed_at IS NULL);

CREATE INDEX audit_newest_of_drop ON admin.audit USING btree (drop_id, seq DESC);

CREATE INDEX checkout_setups_due ON admin.checkout_setups USING btree (next_try_at) WHERE (done < wanted);

CREATE INDEX drops_by_opening ON admin.drops USING btree (opens_at DESC, drop_id);

CREATE INDEX logo_uploads_due ON admin.logo_uploads USING btree (next_try_at) WHERE (sent IS NOT NULL);

CREATE INDEX passkeys_of_account ON admin.passkeys USING btree (account_id);

CREATE INDEX rehearsals_of_source ON admin.rehearsals USING btree (source_id, started_at DESC);

CREATE UNIQUE INDEX rehearsals_one_at_a_time ON admin.rehearsals USING btree ((true)) WHERE (ended_at IS NULL);

CREATE INDEX rehearsals_undeleted ON admin.rehearsals USING btree (ended_at) WHERE (deleted_at IS NULL);

CREATE INDEX sessions_of_account ON admin.sessions USING btree (account_id, created_at DESC);

-- Triggers

CREATE TRIGGER archive_chunks_never_change BEFORE UPDATE ON admin.archive_chunks FOR EACH ROW EXECUTE FUNCTION admin.refuse_change();

CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE ON admin.audit FOR EACH ROW EXECUTE FUNCTION admin.refuse_change();

CREATE TRIGGER audit_not_truncated BEFORE TRUNCATE ON admin.audit FOR EACH STATEMENT EXECUTE FUNCTION admin.refuse_change();

CREATE TRIGGER seeds_never_change BEFORE UPDATE ON admin.seeds FOR EACH ROW EXECUTE FUNCTION admin.refuse_change();

-- Publications



-- Comments

comment on column admin.accounts.drops is 'ids of the only drops it may see; null: all';

comment on column admin.accounts.failed_sign_ins is 'since the last one that succeeded';

comment on column admin.accounts.passkey_count is 'kept by whoever adds or removes one, in the same transaction';

comment on column admin.accounts.totp_step is 'the 30 seconds whose code was last taken: no code counts twice';

comment on column admin.api_keys.key_id is 'the part of the key that is shown';

comment on column admin.archives.audit_seq is 'the audit entry of the archiving: the log up to it tells all that was done to the drop';

comment on column admin.archives.draw_stored_at is 'the root recomputed from the chunks here is the published one';

comment on column admin.archives.head is '{size, root, pageRoots, pageFirsts} of the roster; null: nobody took part in a draw';

comment on column admin.archives.removed_at is 'no key of the drop is left in Redis';

comment on column admin.audit.seal is 'HMAC-SHA256 of the hash; empty in entries from before sealing began';

comment on column admin.drops.code_batches is 'what codes there are, not the codes: those follow from SEED_KEY, words are keyed digests';

comment on column admin.drops.ignore_capacity_until is 'until then a silent checkout does not stop entries';

comment on column admin.drops.lobby_opens_at is 'kept apart from opens_at: an opening put off does not send a lobby away';

comment on column admin.drops.policy_version is 'rises with every change; Redis holds the same number once it has the change';

comment on column admin.drops.ramp is '{fromPerMinute, startsAt, endsAt}: the rate goes from there to ratePerMinute in a straight line';

comment on column admin.passkeys.counter is 'only ever rises; 0 for ever where the authenticator does not count';

comment on column admin.passkeys.credential_id is 'base64url, as browsers tell it';

comment on column admin.rehearsals.cleared_at is 'all sides were asked to delete it; once more, later, and nothing was left: deleted_at';

comment on column admin.rehearsals.crowd is 'as last told while it ran; null before that';

comment on column admin.rehearsals.instance is 'whose child the crowd is; without a sign of life of it the rehearsal is interrupted';

comment on column admin.series.plan is 'what drops that are still to be made begin with';

comment on column admin.series.rrule is 'RFC 5545, without DTSTART: that is starts_local, by the clocks of time_zone';
