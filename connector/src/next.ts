/**
 * `@sluice/connector/next`: the connector as Next.js middleware (from Next.js 16 on `proxy.js`, before it `middleware.js`).
 * Next.js itself is not needed here: its requests and responses are Web-standard.
 */
import type { Connector } from './create-connector.ts';

/**
 * The function to export. Its `matcher` must let every protected path and `/.sluice/callback` through to it; without one it
 * sees all. A route handler asks `connector.admissionOf(request, drop)` for the admission.
 *
 * Next.js before 15.2.3 (14.2.25) let anybody skip middleware by a header (CVE-2025-29927): do not use those.
 *
 * @example
 * export const proxy = sluiceMiddleware(connector);
 */
export function sluiceMiddleware(connector: Connector): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    const answer = await connector.handle(request);
    return answer === null ? undefined : withWholeLocation(answer, request);
  };
}

/** Next.js answers 500 to a middleware whose `Location` is no whole address; of one on the same host it keeps the path. */
function withWholeLocation(answer: Response, request: Request): Response {
  const location = answer.headers.get('location');
  if (location === null || URL.canParse(location)) return answer;
  const headers = new Headers(answer.headers);
  headers.set('location', new URL(location, request.url).href);
  return new Response(answer.body, { status: answer.status, headers });
}
