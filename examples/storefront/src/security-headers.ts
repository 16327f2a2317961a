/** Headers of every answer, and the refusal of forms that another site sends in a shopper's name. */
import { CALLBACK_PATH } from '@sluice/connector';
import type { FastifyInstance } from 'fastify';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function addSecurityHeaders(app: FastifyInstance, roomOrigin: string): void {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    // Browsers apply this to redirects too: a form without admission is answered with a redirect to the room.
    `form-action 'self' ${roomOrigin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    // Lax cookies stop other sites; this stops other origins of the same site. The room's hand-over is meant to come from outside.
    const site = request.headers['sec-fetch-site'];
    const isForeign = site === 'cross-site' || site === 'same-site';
    if (isForeign && !SAFE_METHODS.has(request.method) && request.url !== CALLBACK_PATH) {
      return reply.code(403).type('text/plain').send('This form was sent by another site.');
    }
  });
}
