/** Puts together what accounts work with. */
import type { AuditKeys } from '../domain/audit-keys.ts';
import { createLinkStore } from '../store/account-links.ts';
import { createAccountStore } from '../store/accounts.ts';
import { createKeyStore } from '../store/api-keys.ts';
import { createAttemptStore } from '../store/attempts.ts';
import type { AuditLog } from '../store/audit-log.ts';
import type { Database } from '../store/database.ts';
import { createSessionStore } from '../store/sessions.ts';
import type { Identity, SignInOutcome } from './identity.ts';
import { createMailer } from './mailer.ts';
import { createRefusals } from './refusals.ts';
import { createSecretBox } from './secrets.ts';

export interface IdentityOptions {
  readonly database: Database;
  readonly auditKeys: AuditKeys;
  readonly audit: AuditLog;
  readonly config: {
    readonly SEED_KEY: string;
    readonly SMTP_URL?: string | undefined;
    readonly MAIL_FROM: string;
  };
  readonly publicUrl: () => URL;
  readonly onSignIn: (outcome: SignInOutcome) => void;
}

export function createIdentity(options: IdentityOptions): Identity {
  const { database, auditKeys, audit, config, publicUrl, onSignIn } = options;
  const { SMTP_URL: url, MAIL_FROM: from } = config;
  return {
    accounts: createAccountStore(database, auditKeys),
    sessions: createSessionStore(database),
    links: createLinkStore(database),
    attempts: createAttemptStore(database),
    keys: createKeyStore(database, auditKeys),
    audit,
    secrets: createSecretBox(config.SEED_KEY),
    mail: url === undefined ? null : createMailer({ url, from }),
    refusals: createRefusals(),
    publicUrl,
    count: { signIn: onSignIn },
  };
}
