/**
 * `@sluice/connector/fastify`: the connector as an `onRequest` hook, so that no body is parsed and no handler runs for
 * somebody who is not admitted. Fastify itself is only a type here.
 */
import { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { CALLBACK_PATH } from './callback.ts';
import type { Admission, Connector } from './create-connector.ts';
import { hasDotSegment } from './path-rules.ts';
import { problemResponse } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The admission of a request to a protected path, null elsewhere. */
    sluice: Admission | null;
  }
}

export interface SluiceOptions {
  readonly connector: Connector;
}

/**
 * Puts `connector` in front of every route of the instance it is registered on, and serves the callback.
 *
 * @example
 * await app.register(sluice, { connector });
 */
export const sluice: FastifyPluginAsync<SluiceOptions> = async (app, { connector }) => {
  app.decorateRequest('sluice', null);
  app.addHook('onRequest', async (request, reply) => {
    const decision = hasDotSegment(pathOf(targetOf(request.raw.url)))
      ? { kind: 'answer' as const, response: ambiguousPath() }
      : await connector.decide(toWebRequest(request));
    if (decision.kind === 'answer') return sendWebResponse(reply, decision.response);
    request.sluice = decision.admission;
  });
  // The hook answers; the route is here so that the path exists whatever the not-found handler does.
  app.all(CALLBACK_PATH, (_request, reply) => reply.callNotFound());
};
// Without this mark Fastify would confine the hook to the plugin itself.
Object.assign(sluice, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'sluice',
});

/** The request as the connector reads it. The body is attached for the callback only: nothing else may consume it. */
export function toWebRequest(request: FastifyRequest): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.raw.headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const target = targetOf(request.raw.url);
  // The connector takes its own origin from its options; this one only completes the address.
  const url = `http://origin.invalid${target}`;
  const init: RequestInit & { duplex?: 'half' } = { method: request.method, headers };
  if (pathOf(target) === CALLBACK_PATH && request.method === 'POST') {
    // Not destroyed when reading stops at the limit, or the answer that says so could not be sent.
    const body = NodeReadableStream.from<Uint8Array>(request.raw.iterator({ destroyOnReturn: false }));
    init.body = body as ReadableStream<Uint8Array>;
    init.duplex = 'half';
  }
  return new Request(url, init);
}

/** Sends a Web-standard response through Fastify, each `Set-Cookie` on its own. */
export async function sendWebResponse(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  for (const [name, value] of response.headers) if (name !== 'set-cookie') reply.header(name, value);
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie);
  // What is left of a body that was too long would be taken for the next request, and hold the connection open.
  if (response.status === 413) reply.header('connection', 'close');
  return reply
    .code(response.status)
    .send(response.body ? Buffer.from(await response.arrayBuffer()) : undefined);
}

/** The request target as path and query. A client may send it with scheme and host, and Fastify routes it all the same. */
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
