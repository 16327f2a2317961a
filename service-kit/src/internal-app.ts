/** The internal listener: metrics, the description of the public routes, and what only other services of the installation may call. */
import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { addErrorHandlers, answerClientError, answerError } from './error-handler.ts';
import type { Metrics } from './metrics.ts';
import { compileValidator } from './validation.ts';

export interface InternalAppOptions {
  readonly logger: FastifyBaseLogger;
  readonly metrics: Metrics;
  /** The public application, whose description is shown under `/docs` here too: there it may stand behind a gate. */
  readonly describes?: Pick<FastifyInstance, 'swagger' | 'ready'>;
}

/** Without rate limits: it is reached from inside the installation only, and what scrapes it must never be refused. */
export function createInternalApp({ logger, metrics, describes }: InternalAppOptions): FastifyInstance {
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: answerError,
    clientErrorHandler: answerClientError,
  });
  app.setValidatorCompiler(compileValidator);
  app.decorateRequest('drop', null);
  addErrorHandlers(app);
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  if (describes) {
    app.register(async (scope) => {
      await describes.ready();
      const document = describes.swagger() as StaticDocumentSpec['document'];
      await scope.register(swagger, { mode: 'static', specification: { document } });
      await scope.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
    });
  }
  return app;
}
