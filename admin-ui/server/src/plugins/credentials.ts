/** Who sends a request: a signed-in browser, an API key, or the operator key that the installation was set up with. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { findKey } from '../accounts/api-keys.ts';
import type { Identity } from '../accounts/identity.ts';
import { digestOf } from '../accounts/secrets.ts';
import { ROLE_PERMISSIONS } from '../contract/access.ts';
import { PERMISSIONS, type Principal } from '../domain/roles.ts';
import type { OpenSession } from '../store/sessions.ts';
import type { SessionCookies } from './session-cookies.ts';

/** Enough to tell keys apart, of no use to anyone who wants one. */
const SHOWN_DIGITS = 8;

/** Undefined: no credential, or none that works. */
export type FindPrincipal = (request: FastifyRequest) => Promise<Principal | undefined>;

export function createFindPrincipal(
  identity: Identity,
  operatorKey: string,
  cookies: SessionCookies,
): FindPrincipal {
  const expected = createHash('sha256').update(operatorKey).digest();
  const operator: Principal = {
    kind: 'operator-key',
    actor: `operator-key ${expected.toString('hex').slice(0, SHOWN_DIGITS)}`,
    permissions: PERMISSIONS,
    drops: null,
    hasMfa: true,
    freshUntil: null,
    account: null,
    sessionId: null,
  };

  return async (request) => {
    const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined) {
      // Digests have one length, so that neither length nor content shows in the time it takes.
      if (timingSafeEqual(digestOf(given), expected)) return operator;
      const key = await findKey(identity, given);
      if (!key) return undefined;
      const { id, scopes, drops } = key;
      const actor = `key ${id}`;
      const may = { permissions: scopes, drops, hasMfa: true, freshUntil: null };
      return { kind: 'api-key', actor, ...may, account: null, sessionId: null };
    }
    const token = cookies.session(request);
    if (token === undefined) return undefined;
    const session = await identity.opener.open(token);
    if (!session) return undefined;
    request.session = session;
    return principalOf(session);
  };
}

function principalOf({ id, account, drops, hasMfa, freshUntil }: OpenSession): Principal {
  return {
    kind: 'account',
    actor: account.email,
    permissions: ROLE_PERMISSIONS[account.role],
    drops,
    hasMfa,
    freshUntil,
    account,
    sessionId: id,
  };
}
