/**
 * The gate: a process of its own beside a reverse proxy that can ask before it forwards (nginx `auth_request`). It verifies
 * offline, so no shopper's request waits for the room. Two kinds of questions come to it: may this request pass
 * (proxy-questions.ts), and answer it in my place (everything else, as it came).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Connector } from '../create-connector.ts';
import { decideNodeRequest, nodeToWebRequest, writeWebResponse } from '../node-http.ts';
import { problemResponse } from '../problem.ts';
import { createGateCounts } from './gate-counts.ts';
import { type GateParts, questionAt } from './proxy-questions.ts';
import { createDownPolicy, type WhenDownOptions } from './when-down.ts';

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
  parts: GateParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { connector, counts, down } = parts;
  const path = request.url?.split('?', 1)[0];
  if (path === '/.sluice/livez') return void response.writeHead(204).end();
  if (path === '/.sluice/metrics') {
    return void response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(counts.text());
  }
  const question = questionAt(path);
  if (question) return question(parts, request, response);
  const decision = await decideNodeRequest(connector, request);
  counts.answered(decision.kind);
  // Below this name the gate answers for itself: what it does not know, as rehearsals where they are off, is nowhere.
  if (decision.kind === 'pass' && path?.startsWith('/.sluice/')) return void response.writeHead(404).end();
  if (decision.kind === 'pass') return writeWebResponse(response, tryAgain(request));
  // What was refused has a path that can be read in one way only.
  const instead = decision.refused && down.answer(nodeToWebRequest(request), decision);
  return writeWebResponse(response, instead ?? decision.response);
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
