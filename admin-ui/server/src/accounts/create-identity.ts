/** Puts together what accounts work with. */
import type { FastifyBaseLogger } from 'fastify';
import type { AuditKeys } from '../domain/audit-keys.ts';
import type { SessionCache } from '../projection/session-cache.ts';
import { createLinkStore } from '../store/account-links.ts';
import { createAccountStore } from '../store/accounts.ts';
import { createKeyStore } from '../store/api-keys.ts';
import { createAttemptStore } from '../store/attempts.ts';
import type { AuditLog } from '../store/audit-log.ts';
import type { Database } from '../store/database.ts';
import { createOidcSignInStore } from '../store/oidc-sign-ins.ts';
import { createPasskeyStore } from '../store/passkeys.ts';
import { createSessionStore } from '../store/sessions.ts';
import type { Identity, SignInOutcome } from './identity.ts';
import { createMailer } from './mailer.ts';
import { createSessionOpener } from './open-session.ts';
import { createOpenidProvider } from './openid-provider.ts';
import { createRefusals } from './refusals.ts';
import { createSecretBox } from './secrets.ts';

interface OpenidVariables {
  readonly OIDC_ISSUER?: string | undefined;
  readonly OIDC_CLIENT_ID?: string | undefined;
  readonly OIDC_CLIENT_SECRET?: string | undefined;
}

export interface IdentityOptions {
  readonly database: Database;
  readonly auditKeys: AuditKeys;
  readonly audit: AuditLog;
  readonly sessionCache: SessionCache;
  readonly ledger: { isDown(): boolean; answers(does: boolean): void };
  readonly log: FastifyBaseLogger;
  readonly config: {
    readonly SEED_KEY: string;
    readonly SMTP_URL?: string | undefined;
    readonly MAIL_FROM: string;
  } & OpenidVariables;
  readonly publicUrl: () => URL;
  readonly onSignIn: (outcome: SignInOutcome) => void;
}

export function createIdentity(options: IdentityOptions): Identity {
  const { database, auditKeys, audit, config, ledger, log, sessionCache, publicUrl, onSignIn } = options;
  const { SMTP_URL: url, MAIL_FROM: from } = config;
  const sessions = createSessionStore(database);
  return {
    accounts: createAccountStore(database, auditKeys),
    sessions,
    opener: createSessionOpener({
      ...{ sessions, cache: sessionCache, secret: config.SEED_KEY, log },
      onLedger: (answers) => ledger.answers(answers),
      isLedgerDown: () => ledger.isDown(),
    }),
    links: createLinkStore(database),
    attempts: createAttemptStore(database),
    keys: createKeyStore(database, auditKeys),
    passkeys: createPasskeyStore(database, auditKeys),
    oidcSignIns: createOidcSignInStore(database),
    openid: openidOf(config),
    audit,
    secrets: createSecretBox(config.SEED_KEY),
    mail: url === undefined ? null : createMailer({ url, from }),
    refusals: createRefusals(),
    publicUrl,
    count: { signIn: onSignIn },
  };
}

function openidOf(variables: OpenidVariables) {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = variables;
  if (issuer === undefined || clientId === undefined) return null;
  return createOpenidProvider({ issuer: new URL(issuer), clientId, clientSecret });
}
