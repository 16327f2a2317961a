-- What the control plane knows: drops as planned, their sealed seeds, what the checkout still has to be told, and the
-- audit log. What a running drop is doing is in Redis and never here.

-- Up Migration

create schema if not exists admin;

create table admin.drops (
  drop_id text collate "C" primary key,
  name text not null,
  opens_at timestamptz not null,
  lobby_opens_at timestamptz not null,
  closes_at timestamptz,
  admission jsonb not null,
  page jsonb not null,
  per_shopper_limit integer not null,
  currency text not null,
  products jsonb not null,
  override text not null default '',
  override_until timestamptz,
  commit text,
  policy_version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint drops_lobby_before_opening check (lobby_opens_at <= opens_at),
  constraint drops_close_after_opening check (closes_at > opens_at),
  constraint drops_override_known
    check (override in ('', 'paused', 'draining', 'closed', 'queue_all', 'pass_through')),
  constraint drops_pass_through_ends check (override <> 'pass_through' or override_until is not null),
  constraint drops_commit_is_digest check (commit ~ '^[0-9a-f]{64}$')
);
comment on column admin.drops.policy_version is 'rises with every change; Redis holds the same number once it has the change';
comment on column admin.drops.lobby_opens_at is 'kept apart from opens_at: an opening put off does not send a lobby away';
create index drops_by_opening on admin.drops (opens_at desc, drop_id);

-- AES-256-GCM under the key of SEED_KEY_FILE: nonce, ciphertext, tag. A seed never changes once committed to.
create table admin.seeds (
  drop_id text collate "C" primary key references admin.drops,
  sealed bytea not null,
  constraint seeds_sealed_whole check (octet_length(sealed) = 12 + 32 + 16)
);

-- What the checkout has to be told of a drop: it has been when `done` has reached `wanted`.
create table admin.checkout_setups (
  drop_id text collate "C" primary key references admin.drops,
  wanted integer not null default 1,
  done integer not null default 0,
  attempts integer not null default 0,
  last_error text,
  next_try_at timestamptz not null default now(),
  constraint checkout_setups_done_bounded check (done <= wanted)
);
create index checkout_setups_due on admin.checkout_setups (next_try_at) where done < wanted;

-- Who did what, when, from what, to what and why. Each entry's hash covers the one before it.
create table admin.audit (
  seq bigint primary key,
  at timestamptz not null,
  actor text not null,
  act text not null,
  drop_id text collate "C",
  before jsonb,
  after jsonb,
  reason text,
  hash bytea not null
);
create index audit_of_drop on admin.audit (drop_id, seq);

-- The end of the chain, and the lock that whoever appends takes.
create table admin.audit_head (
  is_only boolean primary key default true,
  seq bigint not null,
  hash bytea not null,
  constraint audit_head_is_one check (is_only)
);
insert into admin.audit_head (seq, hash) values (0, sha256('sluice audit'));

create function admin.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger audit_append_only before update or delete on admin.audit
  for each row execute function admin.refuse_change();
create trigger audit_not_truncated before truncate on admin.audit
  for each statement execute function admin.refuse_change();
create trigger seeds_never_change before update on admin.seeds
  for each row execute function admin.refuse_change();
