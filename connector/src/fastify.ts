/**
 * `@sluice/connector/fastify`: the connector as an `onRequest` hook, so that no body is parsed and no handler runs for
 * somebody who is not admitted. Fastify itself is only a type here.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { CALLBACK_PATH } from './callback.ts';
import type { Admission, Connector } from './create-connector.ts';
import { decideNodeRequest, headersOf, nodeToWebRequest } from './node-http.ts';
import { REHEARSAL_PATH } from './rehearsals.ts';

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
    const decision = await decideNodeRequest(connector, request.raw);
    if (decision.kind === 'pass') {
      request.sluice = decision.admission;
      return;
    }
    return sendWebResponse(reply, decision.response);
  });
  // The hook answers; the routes are here so that the paths exist whatever the not-found handler does.
  for (const path of [CALLBACK_PATH, REHEARSAL_PATH])
    app.all(path, (_request, reply) => reply.callNotFound());
};
// Without this mark Fastify would confine the hook to the plugin itself.
Object.assign(sluice, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'sluice',
});

/** The request as the connector reads it: for `connector.admissionOf` and `connector.sendToRoom` in a handler. */
export function toWebRequest({ raw }: FastifyRequest): Request {
  return nodeToWebRequest(raw);
}

/** Sends a Web-standard response through Fastify, each `Set-Cookie` on its own. */
export async function sendWebResponse(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  for (const [name, value] of headersOf(response)) reply.header(name, value);
  return reply
    .code(response.status)
    .send(response.body ? Buffer.from(await response.arrayBuffer()) : undefined);
}
