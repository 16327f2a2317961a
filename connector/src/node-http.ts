/** Between `node:http` and the connector: the request as a Web-standard one, the answer written back. Shared by the Fastify and Express adapters and the gate. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { CALLBACK_PATH } from './callback.ts';
import type { Connector, ConnectorDecision } from './create-connector.ts';
import { hasDotSegment } from './path-rules.ts';
import { problemResponse } from './problem.ts';

export interface NodeRequestOptions {
  /** The request target, where `request.url` is no longer what the client sent. Default `request.url`. */
  readonly target?: string | undefined;
  /** Default `request.method`. */
  readonly method?: string | undefined;
  /** A form that a body parser has read already. */
  readonly parsedForm?: unknown;
}

/** What is to be done with a request of `node:http`. A path that routers read in two ways is refused with 400. */
export async function decideNodeRequest(
  connector: Connector,
  request: IncomingMessage,
  options: NodeRequestOptions = {},
): Promise<ConnectorDecision> {
  if (hasDotSegment(pathOf(targetOf(options.target ?? request.url))))
    return { kind: 'answer', response: ambiguousPath() };
  return connector.decide(nodeToWebRequest(request, options));
}

/** Writes a Web-standard response, each `Set-Cookie` on its own. */
export async function writeWebResponse(response: ServerResponse, answer: Response): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of headersOf(answer)) response.setHeader(name, value);
  response.end(answer.body ? Buffer.from(await answer.arrayBuffer()) : undefined);
}

/** The headers to send with an answer of the connector. */
export function headersOf(answer: Response): [name: string, value: string | string[]][] {
  const headers: [string, string | string[]][] = [...answer.headers].filter(
    ([name]) => name !== 'set-cookie',
  );
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) headers.push(['set-cookie', cookies]);
  // What is left of a body that was too long would be taken for the next request, and hold the connection open.
  if (answer.status === 413) headers.push(['connection', 'close']);
  return headers;
}

/** The request as the connector reads it. The body is attached for the callback only: nothing else may consume it. */
export function nodeToWebRequest(
  request: IncomingMessage,
  { target: sent = request.url, method = request.method ?? 'GET', parsedForm }: NodeRequestOptions = {},
): Request {
  const target = targetOf(sent);
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const init: RequestInit & { duplex?: 'half' } = { method, headers };
  if (pathOf(target) === CALLBACK_PATH && method === 'POST') {
    init.body = request.readableEnded ? formOf(parsedForm) : streamOf(request);
    init.duplex = 'half';
  }
  // The connector takes its own origin from its options; this one only completes the address.
  return new Request(`http://origin.invalid${target}`, init);
}

function streamOf(request: IncomingMessage): ReadableStream<Uint8Array> {
  // Not destroyed when reading stops at the limit, or the answer that says so could not be sent.
  const body = NodeReadableStream.from<Uint8Array>(request.iterator({ destroyOnReturn: false }));
  return body as ReadableStream<Uint8Array>;
}

/** A field that came twice must stay twice: the callback refuses it. */
function formOf(parsed: unknown): string {
  if (typeof parsed !== 'object' || parsed === null) return '';
  return new URLSearchParams(
    Object.entries(parsed).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)]),
    ),
  ).toString();
}

/** The request target as path and query. A client may send it with scheme and host, and servers route it all the same. */
function targetOf(url = '/'): string {
  const target = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  return target.startsWith('/') ? target : `/${target}`;
}

function pathOf(target: string): string {
  return target.split(/[?#]/, 1)[0] as string;
}

function ambiguousPath(): Response {
  return problemResponse(400, 'invalid-request', {
    title: 'Invalid request',
    detail: 'path must not contain dot segments',
    errors: [{ field: 'path', reason: 'must not contain dot segments' }],
  });
}
