-- Signing in at an OpenID provider: who an account is there, and sign-ins that are on their way.

-- Up Migration

alter table admin.accounts
  add column oidc_issuer text,
  add column oidc_subject text,
  add constraint accounts_oidc_whole check ((oidc_issuer is null) = (oidc_subject is null)),
  add constraint accounts_oidc_once unique (oidc_issuer, oidc_subject);

create table admin.oidc_sign_ins (
  digest bytea primary key,
  nonce text not null,
  verifier text not null,
  expires_at timestamptz not null
);
comment on table admin.oidc_sign_ins is 'by the digest of the state; taken once, by the first answer that carries it';
