/** Turns whatever goes wrong with a request into a problem document (RFC 9457), and nothing else. */
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problem } from './problem.ts';
import { isStoreFault } from './store-fault.ts';

/** What Fastify itself refuses → field and reason. Its own texts name options of the code. */
const BODY_FAULTS: Readonly<
  Record<string, { readonly type: string; readonly field: string; readonly reason: string }>
> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { type: 'body-too-large', field: 'body', reason: 'is too long' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    type: 'unsupported-media-type',
    field: 'headers.content-type',
    reason: 'is not one that this route takes',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { type: 'invalid-request', field: 'body', reason: 'is not valid JSON' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    type: 'invalid-request',
    field: 'body',
    reason: 'must not be empty when content-type is application/json',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    type: 'invalid-request',
    field: 'headers.content-length',
    reason: 'does not match the body',
  },
  FST_ERR_BAD_URL: { type: 'invalid-request', field: 'path', reason: 'is not a valid path' },
  FST_ERR_MAX_PARAM_LENGTH: { type: 'invalid-request', field: 'path', reason: 'has a part that is too long' },
};

/** Answers a request for an address that no route has, or says that it does not. */
export type AnswerUnknown = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined;

/** Handlers for errors and for unknown addresses. `admit` counts a request for an unknown address; false refuses it. */
export function addErrorHandlers(
  app: FastifyInstance,
  admit: (request: FastifyRequest) => boolean = () => true,
  answerUnknown: AnswerUnknown = () => undefined,
): void {
  const allowed = collectRoutes(app);
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    if (!admit(request))
      return sendProblem(reply, problem('rate-limited', undefined, { retryAfterSeconds: 60 }));
    const answered = answerUnknown(request, reply);
    if (answered) return answered;
    const methods = allowed(request.url.split('?', 1)[0] ?? '');
    if (methods.length === 0) return sendProblem(reply, problem('not-found'));
    reply.header('allow', methods.join(', '));
    return sendProblem(
      reply,
      problem('method-not-allowed', `${request.method} is not one of ${methods.join(', ')}.`),
    );
  });
}

/**
 * For Fastify's `frameworkErrors` too: addresses that no router reads.
 * @param complete adds to what a service's callers are told of a problem
 */
export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  complete: (fault: Problem) => Problem = (fault) => fault,
): FastifyReply {
  // A file on its way to a browser that has left ends too early: nobody's fault, and nobody reads the answer.
  if (request.raw.socket.destroyed && (error as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE') {
    request.log.info('the client has left before it had its answer');
    return reply;
  }
  const fault = problemOf(error, { id: request.id, log: request.log, drop: dropOf(request) });
  return sendProblem(reply, complete(fault));
}

/** For what is not HTTP at all: an answer on the bare connection, which is closed then. */
export function answerClientError(
  error: Error & { readonly code?: string; readonly rawPacket?: unknown },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, field, reason] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? (['408 Request Timeout', 'request', 'did not arrive in time'] as const)
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? (['431 Request Header Fields Too Large', 'headers', 'are too long'] as const)
        : (['400 Bad Request', 'request', 'is not valid HTTP'] as const);
  const { type, title } = problem('invalid-request').toJSON();
  const body = JSON.stringify({
    type,
    title,
    status: Number.parseInt(status, 10),
    detail: `${field} ${reason}`,
    errors: [{ field, reason }],
  });
  // Nobody has read the method; a body after the answer to HEAD would be taken for the next answer.
  const { rawPacket } = error;
  const isHead = Buffer.isBuffer(rawPacket) && rawPacket.subarray(0, 5).toString('latin1') === 'HEAD ';
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${isHead ? '' : body}`,
    );
  }
  socket.destroySoon();
}

/** What a log line about a request begins with. */
export interface RequestAtFault {
  readonly id: string;
  readonly log: FastifyBaseLogger;
  readonly drop: string | undefined;
}

/** The problem that an error is for the caller; faults of our own are logged here, once. */
export function problemOf(error: unknown, { id, log, drop }: RequestAtFault): Problem {
  if (error instanceof Problem) return error;
  if (isStoreFault(error)) {
    log.warn({ err: error, drop }, 'the store does not answer');
    return problem('store-unavailable', undefined, { retryAfterSeconds: 1 });
  }
  const { validation, validationContext = 'request', statusCode = 500, code } = error as FastifyError;
  if (validation) {
    return invalid(
      validation
        // Of a member that must not be there TypeBox says twice that it is.
        .filter(
          ({ keyword }, _at, all) => keyword !== 'boolean' || all.every((one) => one.keyword === keyword),
        )
        .flatMap(({ params, ...rest }) => oneByOne(params).map((one) => ({ ...rest, params: one })))
        .map(({ instancePath, params, message: reason = 'is not valid' }) => ({
          field: fieldOf(validationContext, instancePath, params),
          reason: reasonOf(reason, params),
        })),
    );
  }
  const known = BODY_FAULTS[code];
  if (known) return invalid([{ field: known.field, reason: known.reason }], known.type);
  if (statusCode >= 400 && statusCode < 500) return invalid([{ field: 'request', reason: 'is not valid' }]);
  log.error({ err: error, drop }, 'unexpected error');
  return problem('internal-error', undefined, { requestId: id });
}

/** The drop a request is about, for the log: from its path, or what the service has found out. */
export function dropOf(request: FastifyRequest): string | undefined {
  const { drop } = (request.params ?? {}) as { drop?: string };
  return drop ?? request.drop ?? undefined;
}

function invalid(errors: readonly { field: string; reason: string }[], type = 'invalid-request'): Problem {
  const [first] = errors;
  return problem(type, first && `${first.field} ${first.reason}`, { errors });
}

/** Headers of a problem document. */
export function problemHeaders({ retryAfterSeconds }: Problem): Record<string, string> {
  return {
    ...(retryAfterSeconds !== undefined && {
      'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))),
    }),
    'cache-control': 'no-store',
    'content-type': 'application/problem+json; charset=utf-8',
  };
}

function sendProblem(reply: FastifyReply, fault: Problem): FastifyReply {
  return reply
    .code(fault.status)
    .headers(problemHeaders(fault))
    .serializer((document: string) => document)
    .send(JSON.stringify(fault));
}

/** A function from a path to the methods that are answered there. */
function collectRoutes(app: FastifyInstance): (path: string) => string[] {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    methods.set(url, known);
  });
  let patterns: [RegExp, Set<string>][] | undefined;
  return (path) => {
    patterns ??= [...methods].map(([url, known]) => [patternOf(url), known]);
    const found = patterns.filter(([pattern]) => pattern.test(path)).flatMap(([, known]) => [...known]);
    return [...new Set(found)].sort();
  };
}

/** `/v1/drops/:drop` → `^/v1/drops/[^/]+$` */
function patternOf(url: string): RegExp {
  const source = url
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/:[A-Za-z]\w*/g, '[^/]+')
    .replaceAll('*', '.*');
  return new RegExp(`^${source}$`);
}

/** TypeBox names all that is missing in one finding, Ajv one in each: here each stands alone. */
function oneByOne(params: Record<string, unknown>): Record<string, unknown>[] {
  const { requiredProperties, additionalProperties } = params;
  if (Array.isArray(requiredProperties))
    return requiredProperties.map((missingProperty) => ({ missingProperty }));
  if (Array.isArray(additionalProperties))
    return additionalProperties.map((additionalProperty) => ({ additionalProperty }));
  return [params];
}

/** `body.lines.0.sku`; for a missing or unknown member that member's own name. */
function fieldOf(context: string, path: string, params: Record<string, unknown>): string {
  const { missingProperty, additionalProperty } = params;
  const member = missingProperty ?? additionalProperty;
  return [
    context,
    ...path.split('/').filter(Boolean),
    ...(member === undefined ? [] : [String(member)]),
  ].join('.');
}

function reasonOf(
  reason: string,
  { missingProperty, additionalProperty, allowedValues }: Record<string, unknown>,
): string {
  if (missingProperty !== undefined) return 'must be given';
  if (additionalProperty !== undefined) return 'is not a known field';
  if (Array.isArray(allowedValues)) return `must be one of ${allowedValues.join(', ')}`;
  return reason;
}
