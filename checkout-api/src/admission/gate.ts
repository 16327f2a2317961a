/**
 * The door of the checkout: before anything else looks at a request it must carry a session's credential, or be on the
 * allow-list, or bring an admission token to the one route that takes it. Unknown paths are refused like known ones, so
 * that a stranger learns nothing about what is here.
 */
import { clientAddressKey, type FixedWindowLimiter, problem } from '@sluice/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Admission, Session, SessionStore } from '../store/sessions.ts';
import { type Admit, readBearer } from './admit.ts';
import { OPEN_ROUTES, SESSION_ROUTE } from './allow-list.ts';
import { presentedSessions } from './session-cookie.ts';
import { shedding } from './shedding.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The session that the gate has found; null on the routes that need none. */
    checkoutSession: Session | null;
    /** The verified admission, on the route that opens sessions. */
    admission: Admission | null;
  }
}

export interface GateOptions {
  sessions: Pick<SessionStore, 'find' | 'recall'>;
  admit: Admit;
  /** Counts credentials and tokens that were not seen here before, by address. */
  strangers: FixedWindowLimiter;
}

/** A session's credential. */
export const CREDENTIAL = /^[A-Za-z0-9_-]{43}$/;

/** Hooks the gate in front of every route of `app`, its 404 included. */
export function addGate(app: FastifyInstance, { sessions, admit, strangers }: GateOptions): void {
  app.decorateRequest('checkoutSession', null);
  app.decorateRequest('admission', null);

  const admitStranger = (request: FastifyRequest) => {
    if (!strangers.take(clientAddressKey(request.ip)))
      throw problem('rate-limited', undefined, { retryAfterSeconds: 60 });
  };

  app.addHook('onRequest', async (request) => {
    const route = `${request.method} ${request.routeOptions.url ?? ''}`;
    if (OPEN_ROUTES.has(route)) return;
    if (route === SESSION_ROUTE) {
      admitStranger(request);
      const { drop } = request.params as { drop: string };
      const token = readBearer(request.headers.authorization);
      request.admission = await admit({ token, secret: headerText(request, 'sluice-secret'), drop });
    } else {
      request.checkoutSession = await findSession(request, sessions, admitStranger);
      request.drop = request.checkoutSession.drop;
    }
  });
}

async function findSession(
  request: FastifyRequest,
  sessions: GateOptions['sessions'],
  admitStranger: (request: FastifyRequest) => void,
): Promise<Session> {
  const params = request.params as { drop?: string } | undefined;
  const wanted = params?.drop ?? headerText(request, 'sluice-drop');
  const presented = presentedSessions(request.headers, request.protocol === 'https', wanted);
  const wellFormed = presented.filter(({ credential }) => CREDENTIAL.test(credential));
  const found: Session[] = [];
  for (const { drop, credential } of wellFormed) {
    let session = sessions.recall(credential);
    if (session === undefined) {
      admitStranger(request);
      session = await shedding(sessions.find(credential));
    }
    const isOfCookie = drop === undefined || session?.drop === drop;
    const isOfPath = wanted === undefined || session?.drop === wanted;
    if (session !== undefined && isOfCookie && isOfPath) found.push(session);
  }
  const [session] = found;
  if (session === undefined) throw problem('admission-required');
  if (found.length > 1) {
    throw problem('several-sessions', 'Name the drop you mean in the header Sluice-Drop.', {
      drops: found.map(({ drop }) => drop),
    });
  }
  return session;
}

function headerText(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** The session of a request behind the gate. */
export function sessionOf(request: FastifyRequest): Session {
  if (request.checkoutSession === null)
    throw new Error('a route behind the gate was reached without a session');
  return request.checkoutSession;
}

/** The admission of a request to the route that opens sessions. */
export function admissionOf(request: FastifyRequest): Admission {
  if (request.admission === null) throw new Error('the session route was reached without an admission');
  return request.admission;
}
