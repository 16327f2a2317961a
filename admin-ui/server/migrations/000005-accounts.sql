-- Who may sign in, what proves it, and what they are signed in with. Nothing here lets anyone in: passwords are argon2id,
-- links, sessions, devices, keys and recovery codes are digests, and TOTP secrets are sealed under a key outside the database.

-- Up Migration

create table admin.accounts (
  account_id uuid primary key default gen_random_uuid(),
  email text collate "C" not null,
  name text not null,
  role text not null,
  drops text[],
  password_hash text,
  totp_sealed bytea,
  totp_pending bytea,
  totp_step bigint not null default 0,
  failed_sign_ins integer not null default 0,
  last_sign_in_at timestamptz,
  disabled_at timestamptz,
  created_at timestamptz not null default now(),
  constraint accounts_email_once unique (email),
  constraint accounts_email_lower check (email = lower(email)),
  constraint accounts_role_known check (role in ('owner', 'merchant', 'operator', 'viewer')),
  constraint accounts_owner_unlimited check (role <> 'owner' or drops is null)
);
comment on column admin.accounts.drops is 'ids of the only drops it may see; null: all';
comment on column admin.accounts.totp_step is 'the 30 seconds whose code was last taken: no code counts twice';
comment on column admin.accounts.failed_sign_ins is 'since the last one that succeeded';

create table admin.recovery_codes (
  account_id uuid not null references admin.accounts on delete cascade,
  digest bytea not null,
  used_at timestamptz,
  primary key (account_id, digest)
);

-- One-time links: the first owner, invitations, resets.
create table admin.account_links (
  digest bytea primary key,
  account_id uuid references admin.accounts on delete cascade,
  purpose text not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint account_links_purpose_known check (purpose in ('first-owner', 'invitation', 'reset')),
  constraint account_links_of_account check ((purpose = 'first-owner') = (account_id is null))
);

create table admin.sessions (
  session_id uuid primary key default gen_random_uuid(),
  digest bytea not null,
  account_id uuid not null references admin.accounts on delete cascade,
  has_mfa boolean not null,
  user_agent text not null,
  created_at timestamptz not null default now(),
  fresh_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  constraint sessions_digest_once unique (digest)
);
create index sessions_of_account on admin.sessions (account_id, created_at desc);

-- Browsers in which an account has signed in before: strangers' failures do not slow them down.
create table admin.known_devices (
  account_id uuid not null references admin.accounts on delete cascade,
  digest bytea not null,
  seen_at timestamptz not null default now(),
  primary key (account_id, digest)
);

-- Failures by account and address, by address, by device; each as a digest.
create table admin.sign_in_attempts (
  bucket bytea primary key,
  failures integer not null,
  last_at timestamptz not null default now(),
  next_at timestamptz not null
);

create table admin.api_keys (
  key_id text collate "C" primary key,
  digest bytea not null,
  name text not null,
  scopes text[] not null,
  drops text[],
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint api_keys_scoped check (cardinality(scopes) > 0)
);
comment on column admin.api_keys.key_id is 'the part of the key that is shown';
