/** The internal listener: metrics, and what only other services of the installation may call. */
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { addErrorHandlers } from './error-handler.ts';
import type { Metrics } from './metrics.ts';
import { VALIDATION } from './validation.ts';

export function createInternalApp({
  logger,
  metrics,
}: {
  logger: FastifyBaseLogger;
  metrics: Metrics;
}): FastifyInstance {
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    ajv: VALIDATION,
  });
  addErrorHandlers(app);
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return app;
}
