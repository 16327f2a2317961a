/** One header of a request that needs no other: making the object of all of them costs a hot request more than looking. */
import type { IncomingMessage } from 'node:http';

/**
 * As `request.headers[name]` says, without asking for it where the header came once or not at all.
 * @param name in lower case
 */
export function rawHeader(request: IncomingMessage, name: string): string | undefined {
  const { rawHeaders } = request;
  let found: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const sent = rawHeaders[at] as string;
    if (sent.length !== name.length || (sent !== name && sent.toLowerCase() !== name)) continue;
    // What several of them mean is known in one place.
    if (found !== undefined) return request.headers[name] as string | undefined;
    found = rawHeaders[at + 1];
  }
  return found;
}
