/**
 * What is kept of every answered request: count and time by route, method and status; those refused by a limit; and a
 * log line, with request id and drop, for each that failed or was slow.
 */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { createDurationHistogram, type DurationSeries } from './duration-histogram.ts';
import { dropOf } from './error-handler.ts';
import type { Metrics } from './metrics.ts';

/** From a cached answer to a time-out. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const SLOW_MS = 1000;

/** A request that has been answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** A pattern, so that the labels stay bounded. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/** Counts and times one answer; `about` is asked only where a line is written. */
export type ObserveRequest = (
  answered: AnsweredRequest,
  about: () => { readonly log: FastifyBaseLogger; readonly drop: string | undefined },
) => void;

/** Whoever answers, by the router or before it, tells this. */
export function createRequestObserver(
  metrics: Metrics,
  onAnswer?: (answered: AnsweredRequest) => void,
): ObserveRequest {
  const seconds = createDurationHistogram(metrics, {
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route',
    buckets: BUCKETS_SECONDS,
  });
  const limited = metrics.counter({
    name: 'rate_limited_total',
    help: 'Requests refused because of a limit, by route',
    labelNames: ['route'],
  });
  // Looking a series up by its labels costs more than counting it.
  const series = new Map<string, Map<string, Map<number, DurationSeries>>>();
  const seriesOf = (method: string, route: string, status: number) => {
    const ofRoute = demand(series, route, () => new Map());
    const ofMethod = demand(ofRoute, method, () => new Map());
    return demand(ofMethod, status, () => seconds.series({ method, route, status: String(status) }));
  };
  return (answered, about) => {
    const { method, route, status, ms } = answered;
    onAnswer?.(answered);
    seriesOf(method, route, status).observe(ms / 1000);
    if (status === 429) limited.inc({ route });
    if (status < 500 && ms <= SLOW_MS) return;
    const { log, drop } = about();
    log.warn({ drop, method, route, status, ms: Math.round(ms) }, 'request');
  };
}

function demand<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** Tells of every request that the router answers. */
export function observeRequests(app: FastifyInstance, observe: ObserveRequest): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status, elapsedTime: ms } = reply;
    const route = request.countedAs ?? request.routeOptions.url ?? 'none';
    observe({ method: request.method, route, status, ms }, () => ({
      log: request.log,
      drop: dropOf(request),
    }));
    done();
  });
}
