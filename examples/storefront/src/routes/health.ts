/** Liveness and readiness. The shop is ready when it listens: without room or checkout it still shows its page. */
import type { FastifyInstance } from 'fastify';

export function registerHealth(app: FastifyInstance): void {
  app.get('/livez', { logLevel: 'warn' }, async () => ({ status: 'ok' }));
  app.get('/readyz', { logLevel: 'warn' }, async () => ({ status: 'ok' }));
}
