-- The sessions of these credentials.
select credential_hash as "credentialHash", session_id as "sessionId", jti, drop_id as drop, shopper, customer,
       reserve_until as "reserveUntil"
  from checkout.sessions where credential_hash = any ($1::bytea[]);
