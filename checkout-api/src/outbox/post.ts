/** One POST to somebody else's server: bounded in time, no redirects, the answer's body not read, the address guarded. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type AddressGuard, AddressRefusedError } from './address-guard.ts';

/** Connecting, sending and the first byte of the answer together. */
const timeoutMs = 5000;

export interface PostOptions {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Undefined: the address is the operator's own, not a stranger's. */
  guard: AddressGuard | undefined;
}

/**
 * The status of the answer.
 * @throws AddressRefusedError when the address is not allowed; otherwise what the connection threw
 */
export function post({ url, headers, body, guard }: PostOptions): Promise<number> {
  const address = new URL(url);
  const refusal = guard?.refusal(address);
  if (refusal !== undefined) return Promise.reject(new AddressRefusedError(`the address ${refusal}`));
  const send = address.protocol === 'http:' ? requestHttp : requestHttps;
  return new Promise((resolve, reject) => {
    const sent = send(
      address,
      {
        method: 'POST',
        // A connection kept would have been dialled for another check.
        agent: false,
        headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'Sluice' },
        signal: AbortSignal.timeout(timeoutMs),
        ...(guard === undefined ? {} : { lookup: guard.lookup }),
      },
      (answer) => {
        resolve(answer.statusCode ?? 0);
        answer.destroy();
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
