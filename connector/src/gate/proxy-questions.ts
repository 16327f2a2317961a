/**
 * What reverse proxies ask a gate: may this request pass? Each kind of proxy names the request, and takes the answer, in a way
 * of its own.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connector, ConnectorDecision } from '../create-connector.ts';
import { decideNodeRequest, nodeToWebRequest, writeWebResponse } from '../node-http.ts';
import { problemResponse } from '../problem.ts';
import type { GateCounts } from './gate-counts.ts';
import type { DownPolicy } from './when-down.ts';

/** About what is named in `X-Original-Method` and `X-Original-URI`. */
const CHECK_PATH = '/.sluice/check';
/** With the path to check behind it; the method is the question's own. */
const AUTHZ_PATH = '/.sluice/authz';
/** Asked with GET about what is named in `X-Forwarded-Method` and `X-Forwarded-Uri`. */
const FORWARD_AUTH_PATH = '/.sluice/forward-auth';
/** What the origin is told of an admission. */
const ADMISSION_HEADERS = ['sluice-drop', 'sluice-subject', 'sluice-customer'];

export interface GateParts {
  readonly connector: Connector;
  readonly counts: GateCounts;
  readonly down: DownPolicy;
}

type Question = (parts: GateParts, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** @returns what answers the question that is asked at this path; undefined where none is */
export function questionAt(path: string | undefined): Question | undefined {
  if (path === CHECK_PATH) return answerCheck;
  if (path === FORWARD_AUTH_PATH) return answerForwardAuth;
  if (path !== AUTHZ_PATH && !path?.startsWith(`${AUTHZ_PATH}/`)) return undefined;
  return (parts, request, response) =>
    answerAuthz(parts, request, response, { target: request.url?.slice(AUTHZ_PATH.length) || '/' });
}

/**
 * 204 with the admission in headers, or 401: all that a proxy understands. What to tell the shopper is asked for in a
 * second request, which brings the cookies and the body of the first.
 */
async function answerCheck(
  { connector, counts, down }: GateParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const about = namedBy(request, 'X-Original-URI', 'X-Original-Method');
  if (about instanceof Response) return writeWebResponse(response, about);
  const decision = await decideNodeRequest(connector, request, about);
  if (decision.kind === 'answer') {
    const passes = decision.refused && down.passes(nodeToWebRequest(request, about), decision);
    counts.checked(passes ? 'pass' : 'answer');
    return void response.writeHead(passes ? 204 : 401).end();
  }
  counts.checked('pass');
  response.writeHead(204, admissionHeaders(decision)).end();
}

/** Caddy's and Traefik's forward auth. Both set these headers themselves, whatever the client sent. */
async function answerForwardAuth(
  parts: GateParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const about = namedBy(request, 'X-Forwarded-Uri', 'X-Forwarded-Method');
  if (about instanceof Response) return writeWebResponse(response, about);
  // Caddy up to 2.6 gives the origin the name of a header in place of one that did not come.
  for (const name of ADMISSION_HEADERS) response.setHeader(name, '');
  return answerAuthz(parts, request, response, about);
}

/**
 * For proxies that hand a refusal on as it is (Envoy's `ext_authz`, and by headers Caddy and Traefik): 200 with the admission in
 * headers, or at once what the shopper is to be told.
 */
async function answerAuthz(
  { connector, counts, down }: GateParts,
  request: IncomingMessage,
  response: ServerResponse,
  about: { readonly target: string; readonly method?: string },
): Promise<void> {
  const decision = await decideNodeRequest(connector, request, about);
  if (decision.kind === 'pass') {
    counts.checked('pass');
    return void response.writeHead(200, admissionHeaders(decision)).end();
  }
  const asked = nodeToWebRequest(request, about);
  const passes = decision.refused && down.passes(asked, decision);
  counts.checked(passes ? 'pass' : 'answer');
  if (passes) return void response.writeHead(200).end();
  const instead = decision.refused && down.answer(asked, decision);
  return writeWebResponse(response, instead ?? decision.response);
}

/** The request that a proxy asks about, by the headers in which it names it; a 400 where it does not. */
function namedBy(
  { headers }: IncomingMessage,
  targetHeader: string,
  methodHeader: string,
): { readonly target: string; readonly method: string } | Response {
  const [target, method] = [headers[targetHeader.toLowerCase()], headers[methodHeader.toLowerCase()]];
  if (typeof target === 'string' && typeof method === 'string' && target.startsWith('/'))
    return { target, method };
  return problemResponse(400, 'invalid-request', {
    title: 'Invalid request',
    detail: `${targetHeader} and ${methodHeader} must name the request to check`,
    errors: [{ field: targetHeader, reason: 'must be the path of the request to check' }],
  });
}

function admissionHeaders({
  admission,
}: Extract<ConnectorDecision, { kind: 'pass' }>): Record<string, string> {
  if (admission === null) return {};
  const { drop, claims } = admission;
  return {
    'sluice-drop': drop,
    'sluice-subject': claims.sub,
    // A customer's name is the shop's own text: only what a header can hold.
    ...(claims.customer === undefined ? {} : { 'sluice-customer': encodeURIComponent(claims.customer) }),
  };
}
