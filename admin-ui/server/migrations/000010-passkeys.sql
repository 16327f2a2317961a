-- Passkeys (WebAuthn): what an account signs in with instead of, or beside, a password; and challenges on their way.

-- Up Migration

alter table admin.accounts
  add column passkey_count integer not null default 0,
  add constraint accounts_passkeys_bounded check (passkey_count between 0 and 20);
comment on column admin.accounts.passkey_count is 'kept by whoever adds or removes one, in the same transaction';

create table admin.passkeys (
  passkey_id uuid primary key default gen_random_uuid(),
  account_id uuid not null references admin.accounts,
  credential_id text not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  name text not null,
  is_backed_up boolean not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  constraint passkeys_once unique (credential_id)
);
create index passkeys_of_account on admin.passkeys (account_id);
comment on column admin.passkeys.credential_id is 'base64url, as browsers tell it';
comment on column admin.passkeys.counter is 'only ever rises; 0 for ever where the authenticator does not count';

create table admin.passkey_challenges (
  digest bytea primary key,
  purpose text not null,
  account_id uuid references admin.accounts,
  expires_at timestamptz not null,
  constraint passkey_challenges_purpose check (purpose in ('register', 'sign-in', 'second-factor'))
);
comment on table admin.passkey_challenges is 'by the digest of the challenge; taken once, by the first answer to it';
