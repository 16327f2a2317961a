/** What a browser is told of its session. */
import { isStoreFault, problem } from '@sluice/service-kit';
import type { Identity } from '../accounts/identity.ts';
import { ROLE_PERMISSIONS } from '../contract/access.ts';
import type { OpenSession } from '../store/sessions.ts';

/**
 * While Postgres does not answer, what the session itself says: a screen that is loaded again in an outage is signed in.
 * @throws Problem 401 `unauthorized` when the account has gone meanwhile
 */
export async function answerOf(identity: Identity, session: OpenSession, failedSignIns = 0) {
  const { account, drops, hasMfa, freshUntil, expiresAt } = session;
  const kept = await identity.accounts.find(account.id).catch((error: unknown) => {
    if (!isStoreFault(error)) throw error;
    return { name: account.email, isMfaSetUp: hasMfa };
  });
  if (!kept) throw problem('unauthorized');
  return {
    account: { ...account, name: kept.name },
    drops: drops && [...drops],
    permissions: [...ROLE_PERMISSIONS[account.role]],
    hasMfa,
    isMfaSetUp: kept.isMfaSetUp,
    freshUntil: freshUntil.toISOString(),
    expiresAt: expiresAt.toISOString(),
    failedSignIns,
  };
}
