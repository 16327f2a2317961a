/** The public HTTP application every service starts from: limits, problem documents, headers, health, description, metrics. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { Readable } from 'node:stream';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerFactory,
  LogController,
} from 'fastify';
import { clientAddressKey, createProxyTrust } from './client-address.ts';
import { demandRateLimits } from './demand-rate-limits.ts';
import { type AnswerFirst, createDirectAnswers, type DirectAnswers } from './direct-answers.ts';
import { type AnswerUnknown, addErrorHandlers, answerClientError, answerError } from './error-handler.ts';
import { FixedWindowLimiter } from './fixed-window-limiter.ts';
import { addHealthRoutes } from './health.ts';
import { lazyChild } from './lazy-log.ts';
import type { Metrics } from './metrics.ts';
import { nameSchemas, type SchemaNames } from './named-schemas.ts';
import { markOptionalBodies } from './optional-bodies.ts';
import { registerRateLimits } from './rate-limits.ts';
import { type AnsweredRequest, createRequestObserver, observeRequests } from './request-metrics.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { compileValidator } from './validation.ts';

/** Longest body: the largest request is 500 session ends, some 40 KB. */
const BODY_BYTES_MAX = 64 * 1024;
/** A whole request must have arrived by then: slow senders hold a connection, not a handler. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Probes and people who read the description, by address: these routes cost next to nothing, so this stops machines only. */
const PLAIN_PER_ADDRESS = { max: 3_000, timeWindow: 60_000 };
/** Addresses of nothing, by address: more is somebody who looks for doors. */
const UNKNOWN_PER_ADDRESS = { max: 600, windowMs: 60_000 };
/** While closing, connections whose last answer is out are ended at this pace; clients would keep them for a minute. */
const CLOSE_IDLE_EVERY_MS = 50;
/** Longer than the idle time-out of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** The drop that a request without one in its path is about, once the service knows it; for the log. */
    drop: string | null;
    /** What a request is counted as, where its route is not what it is about. */
    countedAs: string | null;
  }
}

export interface CreateAppOptions {
  readonly name: string;
  readonly logger: FastifyBaseLogger;
  readonly metrics: Metrics;
  /** Comma list of CIDRs whose X-Forwarded-For is believed; '' for none. */
  readonly trustedProxies: string;
  /** `schemas`: those that stand in the description under a name. */
  readonly openapi: { readonly title: string; readonly description: string; readonly schemas?: SchemaNames };
  /** Answers some of the addresses that no route has, such as the pages of an application in the browser; or not. */
  readonly answerUnknown?: AnswerUnknown;
  /** Told of every answer, by the router or before it. */
  readonly onAnswer?: (answered: AnsweredRequest) => void;
  /** Makes what answers some requests before the router. */
  readonly answerFirst?: (direct: DirectAnswers) => AnswerFirst;
}

/** It listens nowhere yet; `/livez`, `/readyz`, `/openapi.json` and `/docs` are there. */
export async function createApp(options: CreateAppOptions): Promise<FastifyInstance> {
  const { name, logger, metrics, trustedProxies, openapi, answerFirst, answerUnknown, onAnswer } = options;
  const instance = randomBytes(4).toString('hex');
  let requests = 0;
  const newId = () => `${instance}-${(++requests).toString(36)}`;
  const observe = createRequestObserver(metrics, onAnswer);
  const strangers = new FixedWindowLimiter(UNKNOWN_PER_ADDRESS);
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newId,
    trustProxy: trustedProxies ? createProxyTrust(trustedProxies) : false,
    childLoggerFactory: (parent, bindings, options) => lazyChild(parent, bindings, options),
    bodyLimit: BODY_BYTES_MAX,
    serverFactory: serverAnswering(answerFirst?.(createDirectAnswers({ observe, log: logger, newId }))),
    frameworkErrors: answerError,
    clientErrorHandler: answerClientError,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(compileValidator);
  app.decorateRequest('drop', null);
  app.decorateRequest('countedAs', null);
  addErrorHandlers(app, (request) => strangers.take(clientAddressKey(request.ip)), answerUnknown);
  addSecurityHeaders(app);
  demandRateLimits(app);
  observeRequests(app, observe);
  // A request without a body has a stream that has ended (see below); whoever names a type all the same has it read, and nothing comes of it.
  app.addHook('preParsing', (_request, _reply, payload, done) =>
    done(null, (payload as Readable).readableEnded ? Readable.from([]) : payload),
  );
  app.addHook('preClose', (done) => {
    const timer = setInterval(() => app.server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
    app.server.once('close', () => clearInterval(timer));
    done();
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: openapi.title, description: openapi.description, version: '1' },
    },
    transformObject: (described) =>
      'openapiObject' in described
        ? nameSchemas(markOptionalBodies(described.openapiObject), openapi.schemas ?? {})
        : described.swaggerObject,
  });
  await app.register(async (plain) => {
    await registerRateLimits(plain, { everyRoute: PLAIN_PER_ADDRESS });
    await plain.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
    plain.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
    addHealthRoutes(plain, app);
  });
  logger.debug({ service: name }, 'application made');
  return app;
}

function serverAnswering(answerFirst: AnswerFirst = () => false): FastifyServerFactory<Server> {
  return (handler) => {
    // Nearly every request is one without a body: none of those gets a stream that would have to be read to its end.
    const server = createServer({ optimizeEmptyRequests: true }, (request, response) => {
      const toRouter = () => handler(request, response);
      if (!answerFirst(request, response, toRouter)) toRouter();
    });
    server.requestTimeout = REQUEST_TIMEOUT_MS;
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    return server;
  };
}
