/** Turns whatever a route throws into a problem document (RFC 9457), and nothing else. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problem } from './problem.ts';
import { isStoreFault } from './store-fault.ts';

/** Handlers for errors and for unknown addresses. */
export function addErrorHandlers(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendProblem(reply, problemOf(error, request)));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, problem('not-found')));
}

/** The problem that an error is for the caller; faults of our own are logged here, once. */
export function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (isStoreFault(error)) {
    request.log.warn({ err: error }, 'the store does not answer');
    return problem('store-unavailable', undefined, { retryAfterSeconds: 1 });
  }
  const { validation, validationContext = 'request', statusCode = 500, message } = error as FastifyError;
  if (validation) {
    const errors = validation.map(({ instancePath, params, message: reason = 'is not valid' }) => ({
      field: fieldOf(validationContext, instancePath, params),
      reason: reasonOf(reason, params),
    }));
    const [first] = errors;
    return problem('invalid-request', first && `${first.field} ${first.reason}`, { errors });
  }
  if (statusCode >= 400 && statusCode < 500) {
    return new Problem({
      status: statusCode,
      type: 'invalid-request',
      title: 'The request is not valid',
      detail: message,
    });
  }
  request.log.error({ err: error }, 'unexpected error');
  return problem('internal-error', undefined, { requestId: request.id });
}

function sendProblem(reply: FastifyReply, fault: Problem): FastifyReply {
  if (fault.retryAfterSeconds !== undefined)
    reply.header('retry-after', Math.max(1, Math.ceil(fault.retryAfterSeconds)));
  return reply
    .code(fault.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .serializer((document: string) => document)
    .send(JSON.stringify(fault));
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
