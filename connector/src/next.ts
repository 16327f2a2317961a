/**
 * `@sluice/connector/next`: the connector as Next.js middleware (`middleware.ts`, from Next.js 16 on `proxy.ts`). Next.js
 * itself is not needed here: its requests and responses are Web-standard.
 */
import type { Connector } from './create-connector.ts';

/**
 * The function to export. Its `matcher` must let every protected path and `/.sluice/callback` through to it; without one it
 * sees all. A page or route handler asks `connector.admissionOf(request, drop)` for the admission.
 *
 * Next.js before 15.2.3 (14.2.25) let anybody skip middleware by a header (CVE-2025-29927): do not use those.
 *
 * @example
 * export const middleware = sluiceMiddleware(connector);
 */
export function sluiceMiddleware(connector: Connector): (request: Request) => Promise<Response | undefined> {
  return async (request) => (await connector.handle(request)) ?? undefined;
}
