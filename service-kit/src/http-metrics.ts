/** Requests by route, method and status: how many and how long; and those refused by a limit. Routes are patterns, so that the labels stay bounded. */
import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';

/** From a cached answer to a time-out. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function addHttpMetrics(app: FastifyInstance, metrics: Metrics): void {
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
    const route = request.routeOptions.url ?? 'none';
    const status = String(reply.statusCode);
    const key = `${request.method} ${route} ${status}`;
    let known = series.get(key);
    if (!known) {
      known = seconds.labels({ method: request.method, route, status });
      series.set(key, known);
    }
    if (reply.statusCode === 429) limited.inc({ route });
    known.observe(reply.elapsedTime / 1000);
    done();
  });
}
