/** The public HTTP application every service starts from: limits, problem documents, headers, health, description, metrics. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerFactory,
  LogController,
} from 'fastify';
import { createProxyTrust } from './client-address.ts';
import { addErrorHandlers } from './error-handler.ts';
import { addHealthRoutes } from './health.ts';
import { lazyChild } from './lazy-log.ts';
import type { Metrics } from './metrics.ts';
import { observeRequests } from './request-metrics.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { VALIDATION } from './validation.ts';

/** Longest body: the largest request is 500 session ends, some 40 KB. */
const BODY_BYTES_MAX = 64 * 1024;
/** A whole request must have arrived by then: slow senders hold a connection, not a handler. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Longer than the idle time-out of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;

export interface CreateAppOptions {
  readonly name: string;
  readonly logger: FastifyBaseLogger;
  readonly metrics: Metrics;
  /** Comma list of CIDRs whose X-Forwarded-For is believed; '' for none. */
  readonly trustedProxies: string;
  readonly openapi: { readonly title: string; readonly description: string };
  /** Answers a request before the router and returns true, or leaves it to the router. */
  readonly answerFirst?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** It listens nowhere yet; `/livez`, `/readyz`, `/openapi.json` and `/docs` are there. */
export async function createApp(options: CreateAppOptions): Promise<FastifyInstance> {
  const { name, logger, metrics, trustedProxies, openapi, answerFirst } = options;
  const instance = randomBytes(4).toString('hex');
  let requests = 0;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => `${instance}-${(++requests).toString(36)}`,
    trustProxy: trustedProxies ? createProxyTrust(trustedProxies) : false,
    childLoggerFactory: (parent, bindings, options) => lazyChild(parent, bindings, options),
    bodyLimit: BODY_BYTES_MAX,
    ajv: VALIDATION,
    serverFactory: serverAnswering(answerFirst),
  }).withTypeProvider<TypeBoxTypeProvider>();
  addErrorHandlers(app);
  addSecurityHeaders(app);
  observeRequests(app, metrics);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: openapi.title, description: openapi.description, version: '1' },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  addHealthRoutes(app);
  logger.debug({ service: name }, 'application made');
  return app;
}

function serverAnswering(
  answerFirst: CreateAppOptions['answerFirst'] = () => false,
): FastifyServerFactory<Server> {
  return (handler) => {
    const server = createServer((request, response) => {
      if (!answerFirst(request, response)) handler(request, response);
    });
    server.requestTimeout = REQUEST_TIMEOUT_MS;
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    return server;
  };
}
