/**
 * Talks to the checkout in a shopper's name (Q35): their session cookie goes along, the client's address is passed on so
 * that limits count shoppers and not this shop, and cookies that the checkout sets reach the browser.
 */
import type { Admission } from '@sluice/connector';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from './config.ts';

export interface CheckoutAnswer {
  readonly status: number;
  /** The JSON body; an empty object if there was none. */
  readonly body: Record<string, unknown>;
  /** Last part of the problem's `type`, such as `sold-out`; empty if it is no problem. */
  readonly problem: string;
}

export interface CheckoutClient {
  /** Opens the checkout session, or finds the same one again, and gives its cookie to the browser. */
  openSession(request: FastifyRequest, reply: FastifyReply, admission: Admission): Promise<CheckoutAnswer>;
  /** One call under the shopper's session cookie. `status` 503 stands for a checkout that does not answer. */
  call(request: FastifyRequest, method: string, path: string, options?: CallOptions): Promise<CheckoutAnswer>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookie?: string;
}

const TIMEOUT_MS = 10_000;

/** @param dropOf whose session a request goes by: in a rehearsal the copy's */
export function createCheckoutClient(
  { checkoutUrl }: Pick<Config, 'checkoutUrl'>,
  dropOf: (request: FastifyRequest) => Promise<string>,
): CheckoutClient {
  async function send(
    request: FastifyRequest,
    method: string,
    path: string,
    options: CallOptions,
    drop: string,
  ): Promise<[CheckoutAnswer, string[]]> {
    try {
      const response = await fetch(checkoutUrl + path, {
        method,
        headers: {
          accept: 'application/json',
          ...forwardedHeaders(request),
          // A receipt is written in the shopper's language.
          'accept-language': request.headers['accept-language'] ?? '',
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
          'sluice-drop': drop,
          cookie: options.cookie ?? sessionCookies(request.headers.cookie),
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      const body = text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {};
      const problem = typeof body.type === 'string' ? (body.type.split('/').at(-1) ?? '') : '';
      return [{ status: response.status, body, problem }, response.headers.getSetCookie()];
    } catch (error) {
      request.log.warn({ err: error }, 'the checkout did not answer');
      return [{ status: 503, body: {}, problem: 'checkout-unavailable' }, []];
    }
  }

  return {
    async openSession(request, reply, { drop, token, secret }) {
      const headers = { authorization: `Bearer ${token}`, 'sluice-secret': secret };
      const path = `/v1/drops/${drop}/session`;
      const [answer, cookies] = await send(request, 'POST', path, { headers, cookie: '' }, drop);
      for (const cookie of cookies) reply.header('set-cookie', cookie);
      return answer;
    },
    async call(request, method, path, options = {}) {
      return (await send(request, method, path, options, await dropOf(request)))[0];
    },
  };
}

/** Only the checkout's own cookies: it has no business with those of the shop or, on a shared host, of the room. */
export function sessionCookies(header = ''): string {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => /^(?:__Host-)?co_session_/.test(pair))
    .join('; ');
}

/** Whom this request is for. */
export function forwardedHeaders(request: FastifyRequest): Record<string, string> {
  return {
    'x-forwarded-for': request.ip,
    'x-forwarded-proto': request.protocol,
    'x-forwarded-host': request.host,
    'x-request-id': request.id,
  };
}
