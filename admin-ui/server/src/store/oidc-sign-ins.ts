/** Sign-ins that are on their way to a provider and back, in Postgres: each is taken once, by whichever instance is asked. */
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Typing a password there, finding the telephone. */
const LIFETIME = sql<Date>`now() + interval '10 minutes'`;

export interface OidcSignIn {
  readonly nonce: string;
  /** Of PKCE. */
  readonly verifier: string;
}

export interface OidcSignInStore {
  keep(state: Buffer, signIn: OidcSignIn): Promise<void>;
  /** Undefined: nobody has begun it, it has taken too long, or it was taken before. */
  take(state: Buffer): Promise<OidcSignIn | undefined>;
}

export function createOidcSignInStore(database: Database): OidcSignInStore {
  return {
    async keep(digest, signIn) {
      await database.deleteFrom('admin.oidc_sign_ins').where('expires_at', '<', sql<Date>`now()`).execute();
      await database
        .insertInto('admin.oidc_sign_ins')
        .values({ digest, ...signIn, expires_at: LIFETIME })
        .execute();
    },
    async take(digest) {
      const row = await database
        .deleteFrom('admin.oidc_sign_ins')
        .where('digest', '=', digest)
        .returning(['nonce', 'verifier', sql<boolean>`expires_at > now()`.as('is_in_time')])
        .executeTakeFirst();
      return row?.is_in_time ? { nonce: row.nonce, verifier: row.verifier } : undefined;
    },
  };
}
