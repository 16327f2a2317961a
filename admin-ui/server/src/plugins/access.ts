/** Lets a request through to its route when the table of contract/access.ts says so, and says why when it does not. */
import { Problem, problem } from '@sluice/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ROUTES, type RouteAccess } from '../contract/access.ts';
import type { Permission, Principal } from '../domain/roles.ts';
import { REQUESTS_PER_ADDRESS } from '../rate-limits.ts';
import type { OpenSession } from '../store/sessions.ts';
import type { FindPrincipal } from './credentials.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, as the audit log names them; '' where nobody has to be anyone. */
    operator: string;
    principal: Principal | null;
    session: OpenSession | null;
  }
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
  interface FastifyInstance {
    /** Whether whoever sent a request would still be let through: for answers that go on for hours. */
    mayStill(request: FastifyRequest): Promise<boolean>;
  }
}

export interface AccessOptions {
  readonly findPrincipal: FindPrincipal;
  /** What a rehearsal is a copy of: whoever may see that may see it. */
  readonly sourceOf: (drop: string) => string | undefined;
  /** Told of every request with a wrong credential, or without one where one is needed. */
  readonly onRefused: () => void;
}

const READS = new Set(['GET', 'HEAD']);

/**
 * Every route of the scope that is registered afterwards is guarded. Rate limits must be registered on it already.
 * @throws Error when a route is registered that the table does not know
 */
export function guardAccess(
  app: FastifyInstance,
  { findPrincipal, sourceOf, onRefused }: AccessOptions,
): void {
  const limitAddress = app.createRateLimit(REQUESTS_PER_ADDRESS);
  app.decorateRequest('operator', '');
  app.decorateRequest('principal', null);
  app.decorateRequest('session', null);

  app.addHook('onRoute', (route) => {
    const method = [route.method].flat()[0] ?? '';
    const access = ROUTES[`${method === 'HEAD' ? 'GET' : method} ${route.url}`];
    if (!access) throw new Error(`${method} ${route.url} has no line in contract/access.ts`);
    route.config = { ...route.config, access };
  });

  app.decorate('mayStill', async (request: FastifyRequest) => {
    const { access } = request.routeOptions.config;
    const principal = access && (await findPrincipal(request));
    if (!principal) return false;
    try {
      refuse(principal, access, request, sourceOf);
      return true;
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  });

  app.addHook('onRequest', async (request) => {
    const limit = await limitAddress(request);
    if (!limit.isAllowed && limit.isExceeded) {
      throw problem('rate-limited', 'This client has made too many requests.', {
        retryAfterSeconds: limit.ttlInSeconds,
      });
    }
    const { access } = request.routeOptions.config;
    if (!access) throw new Error('a route without access was reached');
    if (!READS.has(request.method)) refuseCrossSite(request, access);
    if (access.needs === 'nobody') return;
    const principal = await findPrincipal(request);
    if (!principal) {
      onRefused();
      throw problem('unauthorized', 'Sign in, or send a key as "Authorization: Bearer …".');
    }
    request.principal = principal;
    request.operator = principal.actor;
    refuse(principal, access, request, sourceOf);
  });
}

/**
 * A browser sends its cookies whoever made it write; where from, it says in Origin. Requests that carry a key instead
 * of a cookie nobody can make a browser send.
 * @throws Problem 403 `cross-site`
 */
function refuseCrossSite({ headers, host }: FastifyRequest, { needs }: RouteAccess): void {
  const { origin, authorization, cookie } = headers;
  if (authorization !== undefined || (needs !== 'nobody' && cookie === undefined)) return;
  const isOwn = origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
  // Whoever has no cookie yet and is no browser may sign in without saying where from.
  if (isOwn || (origin === undefined && cookie === undefined)) return;
  throw problem(
    'cross-site',
    'Requests that write come from the control plane itself, and say so in Origin.',
  );
}

/** @throws Problem 403 `not-allowed`, `second-factor-required`, `fresh-sign-in-required` */
function refuse(
  principal: Principal,
  access: RouteAccess,
  request: FastifyRequest,
  sourceOf: AccessOptions['sourceOf'],
): void {
  if (!isPermitted(principal, access.needs))
    throw problem('not-allowed', `${nameOf(principal)} may not do this: it needs ${access.needs}.`);
  const { drops } = principal;
  if (drops !== null && access.object === 'installation')
    throw problem('not-allowed', 'Whoever is limited to some drops can not do what concerns all of them.');
  const { drop } = request.params as { drop?: string };
  if (drops !== null && access.object === 'drop' && !drops.includes(sourceOf(drop ?? '') ?? drop ?? ''))
    throw problem('not-allowed', `${nameOf(principal)} is limited to other drops.`);
  if (!principal.hasMfa && !READS.has(request.method) && !access.isOpenWithoutMfa)
    throw problem('second-factor-required', 'Set up a second factor and sign in with it before you write.');
  if (access.isDangerous && principal.freshUntil && principal.freshUntil.getTime() <= Date.now())
    throw problem('fresh-sign-in-required', 'Prove again who you are: POST /api/v1/session/renewal.');
}

function isPermitted({ kind, permissions }: Principal, needs: RouteAccess['needs']): boolean {
  if (needs === 'sign-in') return kind === 'account';
  if (needs === 'operator-key') return kind === 'operator-key';
  return permissions.includes(needs as Permission);
}

const nameOf = ({ account, kind }: Principal): string =>
  account ? `The role ${account.role}` : kind === 'api-key' ? 'The key' : 'The operator key';

/** What limits per operator count by. */
export const byOperator = (request: FastifyRequest): string => request.operator;

/** The only drops they may see, where a route is about many; null: all. */
export const visibleDrops = ({ principal }: FastifyRequest): readonly string[] | null =>
  principal?.drops ?? null;

/** The caller's session. @throws Error on a route that does not need one */
export function sessionOf({ session }: FastifyRequest): OpenSession {
  if (!session) throw new Error('a route of signed-in accounts was reached without a session');
  return session;
}
