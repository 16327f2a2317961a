/**
 * The routes that answer without an admission (docs/architecture.md). Everything else is refused by default: a new route is
 * protected because it is not named here, and a test compares this list with the router in both directions.
 */

export const OPEN_ROUTES: ReadonlySet<string> = new Set([
  'GET /livez',
  'HEAD /livez',
  'GET /readyz',
  'HEAD /readyz',
  'GET /openapi.json',
  'HEAD /openapi.json',
  // Admitted by its signature.
  'POST /v1/webhooks/:provider',
]);

/** The routes of the internal listener that answer without the service token: what scrapes and people on the inside read. */
export const OPEN_INTERNAL_ROUTES: ReadonlySet<string> = new Set([
  'GET /metrics',
  'HEAD /metrics',
  // All of it: the pages that show the public description.
  'GET /docs',
  'HEAD /docs',
]);

/** The one route that takes an admission token instead of a session: it makes the session. */
export const SESSION_ROUTE = 'POST /v1/drops/:drop/session';
