-- Merchants' logos: what was sent until it has been re-encoded, and what shoppers get.

-- Up Migration

-- By content, never changed: a copy of a drop, an undo, and a page that an edge still holds all find theirs.
create table admin.logos (
  hash text collate "C" primary key,
  image bytea not null,
  width integer not null,
  height integer not null,
  created_at timestamptz not null default now(),
  constraint logos_hash_is_of_image
    check (hash = rtrim(translate(encode(sha256(image), 'base64'), '+/', '-_'), '=')),
  constraint logos_small check (octet_length(image) <= 10240)
);

-- The newest upload of each drop, an outbox of one row: `sent` is gone as soon as it has been dealt with.
create table admin.logo_uploads (
  drop_id text collate "C" primary key references admin.drops,
  upload_id uuid not null default gen_random_uuid(),
  sent bytea,
  sent_by text not null,
  reason text,
  attempts integer not null default 0,
  next_try_at timestamptz not null default now(),
  last_error text
);
create index logo_uploads_due on admin.logo_uploads (next_try_at) where sent is not null;
