/**
 * The gate: a process of its own beside a reverse proxy that can ask before it forwards (nginx `auth_request`). It verifies
 * offline, so no shopper's request waits for the room. Two kinds of questions come to it: may this request pass
 * (`/.sluice/check`, about the request named in headers), and answer it in my place (everything else, as it came).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Connector, ConnectorDecision } from '../create-connector.ts';
import { decideNodeRequest, nodeToWebRequest, writeWebResponse } from '../node-http.ts';
import { problemResponse } from '../problem.ts';
import { createGateCounts, type GateCounts } from './gate-counts.ts';
import { createDownPolicy, type DownPolicy, type WhenDownOptions } from './when-down.ts';

export const CHECK_PATH = '/.sluice/check';
/** With the path to check behind it. */
const AUTHZ_PATH = '/.sluice/authz';

const HEADERS_TIMEOUT_MS = 5_000;
/** A callback is 16 KiB; longer than this its sender is holding a connection. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Longer than the proxy keeps an idle connection (nginx: 60 s), so that the proxy closes first. */
const KEEP_ALIVE_MS = 65_000;

/** What a gate needs to know for the time when the room is down. */
export type DownSettings = Omit<WhenDownOptions, 'counts' | 'log'>;

export interface Gate {
  /** Listens nowhere yet. */
  readonly server: Server;
  /** Begins to ask the room, where a drop is not closed when it is down. */
  start(): void;
  /** Gives back what is on lease. The server's end is the caller's. */
  close(): Promise<void>;
}

interface Parts {
  readonly connector: Connector;
  readonly counts: GateCounts;
  readonly down: DownPolicy;
}

/** @param log takes one line for each event: rooms lost and found, who was let in meanwhile */
export function createGate(connector: Connector, settings: DownSettings, log: WhenDownOptions['log']): Gate {
  const counts = createGateCounts();
  const down = createDownPolicy({ ...settings, counts, log });
  const parts = { connector, counts, down };
  const server = createServer((request, response) => {
    answerRequest(parts, request, response).catch(() => {
      // Failing closed: a proxy takes this for a refusal that is nobody's answer, never for a pass.
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return { server, start: () => down.start(), close: () => down.close() };
}

async function answerRequest(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { connector, counts, down } = parts;
  const path = request.url?.split('?', 1)[0];
  if (path === '/.sluice/livez') return void response.writeHead(204).end();
  if (path === '/.sluice/metrics') {
    return void response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(counts.text());
  }
  if (path === CHECK_PATH) return answerCheck(parts, request, response);
  if (path === AUTHZ_PATH || path?.startsWith(`${AUTHZ_PATH}/`)) return answerAuthz(parts, request, response);
  const decision = await decideNodeRequest(connector, request);
  counts.answered(decision.kind);
  if (decision.kind === 'pass') return writeWebResponse(response, tryAgain(request));
  // What was refused has a path that can be read in one way only.
  const instead = decision.refused && down.answer(nodeToWebRequest(request), decision);
  return writeWebResponse(response, instead ?? decision.response);
}

/**
 * 204 with the admission in headers, or 401: all that a proxy understands. What to tell the shopper is asked for in a
 * second request, which brings the cookies and the body of the first.
 */
async function answerCheck(
  { connector, counts, down }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { 'x-original-uri': target, 'x-original-method': method } = request.headers;
  if (typeof target !== 'string' || typeof method !== 'string' || !target.startsWith('/')) {
    const answer = problemResponse(400, 'invalid-request', {
      title: 'Invalid request',
      detail: 'X-Original-URI and X-Original-Method must name the request to check',
      errors: [{ field: 'X-Original-URI', reason: 'must be the path of the request to check' }],
    });
    return writeWebResponse(response, answer);
  }
  const decision = await decideNodeRequest(connector, request, { target, method });
  if (decision.kind === 'answer') {
    const passes = decision.refused && down.passes(nodeToWebRequest(request, { target, method }), decision);
    counts.checked(passes ? 'pass' : 'answer');
    return void response.writeHead(passes ? 204 : 401).end();
  }
  counts.checked('pass');
  response.writeHead(204, admissionHeaders(decision)).end();
}

/**
 * For proxies that hand a refusal on as it is (Envoy's `ext_authz`, Traefik's and Caddy's forward auth): 200 with the admission in
 * headers, or at once what the shopper is to be told.
 */
async function answerAuthz(
  { connector, counts, down }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url?.slice(AUTHZ_PATH.length) || '/';
  const decision = await decideNodeRequest(connector, request, { target });
  if (decision.kind === 'pass') {
    counts.checked('pass');
    return void response.writeHead(200, admissionHeaders(decision)).end();
  }
  const asked = nodeToWebRequest(request, { target });
  const passes = decision.refused && down.passes(asked, decision);
  counts.checked(passes ? 'pass' : 'answer');
  if (passes) return void response.writeHead(200).end();
  const instead = decision.refused && down.answer(asked, decision);
  return writeWebResponse(response, instead ?? decision.response);
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

/** Refused a moment ago and admitted now, as when the keys have just come: the shopper is asked to come again. */
function tryAgain(request: IncomingMessage): Response {
  return problemResponse(
    503,
    'admission-changed',
    { title: 'Please try again', detail: `${request.method} ${request.url} may pass now.` },
    { 'retry-after': '1' },
  );
}
