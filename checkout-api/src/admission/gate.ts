/**
 * The door of the checkout: before anything else looks at a request it must carry a session's credential, or be on the
 * allow-list, or bring an admission token to the one route that takes it. Unknown paths are refused like known ones, so
 * that a stranger learns nothing about what is here.
 */
import type { AdmissionVerifier } from '@sluice/connector';
import { clientAddressKey, FixedWindowLimiter, problem } from '@sluice/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { UNKNOWN_CREDENTIALS_PER_ADDRESS } from '../rate-limits.ts';
import type { Admission, Session, SessionStore } from '../store/sessions.ts';
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
  verifier: AdmissionVerifier;
}

const CREDENTIAL = /^[A-Za-z0-9_-]{43}$/;
const BEARER = /^bearer +/i;

/** Hooks the gate in front of every route of `app`, its 404 included. */
export function addGate(app: FastifyInstance, { sessions, verifier }: GateOptions): void {
  app.decorateRequest('checkoutSession', null);
  app.decorateRequest('admission', null);

  const strangers = new FixedWindowLimiter(UNKNOWN_CREDENTIALS_PER_ADDRESS);
  const admitStranger = (request: FastifyRequest) => {
    if (!strangers.take(clientAddressKey(request.ip)))
      throw problem('rate-limited', undefined, { retryAfterSeconds: 60 });
  };

  app.addHook('onRequest', async (request) => {
    const route = `${request.method} ${request.routeOptions.url ?? ''}`;
    if (OPEN_ROUTES.has(route)) return;
    if (route === SESSION_ROUTE) {
      admitStranger(request);
      request.admission = await verifyAdmission(request, verifier);
    } else {
      request.checkoutSession = await findSession(request, sessions, admitStranger);
      request.drop = request.checkoutSession.drop;
    }
  });
}

async function verifyAdmission(request: FastifyRequest, verifier: AdmissionVerifier): Promise<Admission> {
  const { drop } = request.params as { drop: string };
  const { authorization } = request.headers;
  const secret = headerText(request, 'sluice-secret');
  const token =
    authorization !== undefined && BEARER.test(authorization)
      ? authorization.replace(BEARER, '').trim()
      : undefined;
  const verdict = await verifier.verify({ token, secret, drop });
  if (!verdict.ok) {
    if (verdict.reason === 'keys-unavailable')
      throw problem('keys-unavailable', undefined, { retryAfterSeconds: 1 });
    const isMissing = verdict.reason === 'token-missing' || verdict.reason === 'secret-missing';
    const fields = { reason: verdict.reason };
    throw isMissing
      ? problem('admission-required', undefined, fields)
      : problem('admission-refused', undefined, fields);
  }
  const { jti, exp, customer } = verdict.claims;
  return { jti, drop, customer: customer ?? null, secret: secret ?? '', expiresAt: new Date(exp * 1000) };
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
