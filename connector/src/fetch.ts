/** `@sluice/connector/fetch`: the connector around a Web-standard fetch handler: Cloudflare Workers, Deno, Bun, service workers, Next.js middleware. */
import type { Connector } from './create-connector.ts';

/**
 * The handler, for admitted shoppers and public paths only. What it needs of the admission: `connector.admissionOf`.
 *
 * @example
 * export default { fetch: protectFetch(connector, (request, env) => fetch(request)) };
 */
export function protectFetch<Rest extends readonly unknown[]>(
  connector: Connector,
  handler: (request: Request, ...rest: Rest) => Response | Promise<Response>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => (await connector.handle(request)) ?? handler(request, ...rest);
}
