/**
 * What is kept of every answered request: count and time by route, method and status; those refused by a limit; and a
 * log line, with request id and drop, for each that failed or was slow.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { dropOf } from './error-handler.ts';
import type { Metrics } from './metrics.ts';

/** From a cached answer to a time-out. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const SLOW_MS = 1000;

/** Routes are patterns, so that the labels stay bounded. */
export function observeRequests(app: FastifyInstance, metrics: Metrics): void {
  const seconds = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
  });
  const limited = metrics.counter({
    name: 'rate_limited_total',
    help: 'Requests refused because of a limit, by route',
    labelNames: ['route'],
  });
  // Looking a series up by its labels costs more than counting it.
  const series = new Map<string, ReturnType<typeof seconds.labels>>();
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode, elapsedTime } = reply;
    const route = request.routeOptions.url ?? 'none';
    const key = `${request.method} ${statusCode} ${route}`;
    let known = series.get(key);
    if (!known) {
      known = seconds.labels({ method: request.method, route, status: String(statusCode) });
      series.set(key, known);
    }
    known.observe(elapsedTime / 1000);
    if (statusCode === 429) limited.inc({ route });
    if (statusCode >= 500 || elapsedTime > SLOW_MS) logRequest(request, reply, route);
    done();
  });
}

function logRequest(request: FastifyRequest, { statusCode, elapsedTime }: FastifyReply, route: string): void {
  const ms = Math.round(elapsedTime);
  request.log.warn(
    { drop: dropOf(request), method: request.method, route, status: statusCode, ms },
    'request',
  );
}
