/**
 * `/checkout/*` on the shop's own host is the checkout's public API (Q35), for scripts of the shop's pages. The session
 * route gets the admission from the connector's cookies, which scripts cannot read.
 */
import { toWebRequest } from '@sluice/connector/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Shop } from '../app.ts';
import { forwardedHeaders, sessionCookies } from '../checkout-client.ts';

const TIMEOUT_MS = 10_000;
const REQUEST_HEADERS = [
  'accept',
  'authorization',
  'content-type',
  'idempotency-key',
  'sluice-drop',
  'sluice-secret',
];
const ANSWER_HEADERS = [
  'content-type',
  'cache-control',
  'etag',
  'location',
  'retry-after',
  'www-authenticate',
];
const SESSION_PATH = /^\/v1\/drops\/([a-z0-9-]{1,40})\/session$/;

export function registerCheckoutProxy(app: FastifyInstance, { config, connector }: Shop): void {
  // Bodies go through as they came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  async function headersFor(request: FastifyRequest, path: string): Promise<Record<string, string>> {
    const headers: Record<string, string> = { ...forwardedHeaders(request) };
    for (const name of REQUEST_HEADERS) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const cookie = sessionCookies(request.headers.cookie);
    if (cookie) headers.cookie = cookie;
    const drop = request.method === 'POST' ? SESSION_PATH.exec(path)?.[1] : undefined;
    if (drop && !headers.authorization) {
      const admission = await connector.admissionOf(toWebRequest(request), drop);
      if (admission) {
        headers.authorization = `Bearer ${admission.token}`;
        headers['sluice-secret'] = admission.secret;
      }
    }
    return headers;
  }

  app.all('/checkout/*', async (request, reply) => {
    const target = (request.raw.url ?? '').replace(/^.*?\/checkout(?=\/)/i, '');
    const path = target.split('?', 1)[0] ?? '';
    const body = request.body as Buffer | undefined;
    let answer: Response;
    try {
      answer = await fetch(config.checkoutUrl + target, {
        method: request.method,
        headers: await headersFor(request, path),
        ...(body?.length ? { body: new Uint8Array(body) } : {}),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      request.log.warn({ err: error }, 'the checkout did not answer');
      return reply
        .code(503)
        .header('retry-after', '1')
        .type('application/problem+json')
        .send(
          JSON.stringify({
            type: 'https://sluice.dev/problems/checkout-unavailable',
            status: 503,
            title: 'The checkout does not answer',
          }),
        );
    }
    for (const name of ANSWER_HEADERS) {
      const value = answer.headers.get(name);
      if (value !== null) reply.header(name, value);
    }
    for (const cookie of answer.headers.getSetCookie()) reply.header('set-cookie', cookie);
    return reply.code(answer.status).send(Buffer.from(await answer.arrayBuffer()));
  });
}
