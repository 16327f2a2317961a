/**
 * Keeps other sites from acting for a shopper's browser. A Lax cookie is not sent along with a cross-site POST, but the answer
 * could still overwrite it: without this any page could take a shopper's place away by posting a join.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** True when a browser says that another site made this request. API clients say nothing and pass. */
export function isCrossSite(headers: IncomingHttpHeaders, ownOrigin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  // Browsers of before 2023 send only an Origin with a POST.
  const { origin } = headers;
  return origin !== undefined && origin !== ownOrigin && origin !== `http://${headers.host}`;
}
