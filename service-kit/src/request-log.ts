/** One line for each request that failed or was slow, with request id and drop. The rest is in the metrics. */
import type { FastifyInstance } from 'fastify';

const SLOW_MS = 1000;

export function addRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    if (reply.statusCode >= 500 || reply.elapsedTime > SLOW_MS) {
      const { drop } = (request.params ?? {}) as { drop?: string };
      const route = request.routeOptions.url;
      const ms = Math.round(reply.elapsedTime);
      request.log.warn({ drop, method: request.method, route, status: reply.statusCode, ms }, 'request');
    }
    done();
  });
}
