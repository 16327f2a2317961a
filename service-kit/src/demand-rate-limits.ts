/** Holds an application to its word that no route is without a limit: one that is forgotten keeps the service from starting. */
import type { FastifyInstance, RouteOptions } from 'fastify';

/**
 * Every route added to `app` afterwards, at any depth, must have `config.rateLimit`: a limit on a scope that
 * `registerRateLimits` was called for, or `false`, with the reason beside it.
 * @throws Error naming all that have not, when the application gets ready
 */
export function demandRateLimits(app: FastifyInstance): void {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD') routes.push(route); // those come with their GET
  });
  app.addHook('onReady', (done) => {
    const unlimited = routes
      .filter((route) => !isLimited(route))
      .map(({ method, url }) => `${method} ${url}`);
    const fault =
      unlimited.length > 0 &&
      `without a rate limit: ${unlimited.join(', ')} (give config.rateLimit on a scope that registerRateLimits was called for, or false and why)`;
    done(fault ? new Error(fault) : undefined);
  });
}

/** The plugin adds its hook to the options of a route; elsewhere the same `config` would do nothing. */
function isLimited({ config, onRequest }: RouteOptions): boolean {
  const { rateLimit } = (config ?? {}) as { rateLimit?: unknown };
  if (rateLimit === false) return true;
  return typeof rateLimit === 'object' && rateLimit !== null && [onRequest].flat().some(Boolean);
}
