/** What everything about accounts works with, made once for an instance. */

import type { LinkStore } from '../store/account-links.ts';
import type { AccountStore } from '../store/accounts.ts';
import type { KeyStore } from '../store/api-keys.ts';
import type { AttemptStore } from '../store/attempts.ts';
import type { AuditLog } from '../store/audit-log.ts';
import type { OidcSignInStore } from '../store/oidc-sign-ins.ts';
import type { PasskeyStore } from '../store/passkeys.ts';
import type { SessionStore } from '../store/sessions.ts';
import type { Mail } from './mail.ts';
import type { SessionOpener } from './open-session.ts';
import type { OpenidProvider } from './openid-provider.ts';
import type { Refusals } from './refusals.ts';
import type { SecretBox } from './secrets.ts';

export interface Identity {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly opener: SessionOpener;
  readonly links: LinkStore;
  readonly attempts: AttemptStore;
  readonly keys: KeyStore;
  readonly passkeys: PasskeyStore;
  readonly oidcSignIns: OidcSignInStore;
  /** Null: none is set up. */
  readonly openid: OpenidProvider | null;
  readonly audit: AuditLog;
  readonly secrets: SecretBox;
  readonly mail: Mail;
  readonly refusals: Refusals;
  /** Where operators reach the control plane; links lead there. */
  readonly publicUrl: () => URL;
  readonly count: { signIn(outcome: SignInOutcome): void };
}

export type SignInOutcome = 'done' | 'refused' | 'mfa-missing' | 'throttled';
