/** One request to the checkout's internal listener. Every call has a time-out; only a checkout that can't be asked throws. */

/** An operator waits for it, and two may follow each other in one request. */
const TIMEOUT_MS = 2000;

/** The checkout could not be asked, or answered what it never should. */
export class CheckoutFault extends Error {
  override readonly name = 'CheckoutFault';
  /** False: the request never reached it, so nothing can have happened. */
  readonly maybeDone: boolean;

  constructor(message: string, maybeDone: boolean, cause?: unknown) {
    super(message, { cause });
    this.maybeDone = maybeDone;
  }
}

export interface CheckoutAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export type CallCheckout = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<CheckoutAnswer>;

/** What the checkout has refused: its problem document, for whoever knows what it means here. */
export interface Refusal {
  /** The last part of the problem's type. */
  readonly type: string;
  readonly detail: string;
  /** Members beside those that every problem document has. */
  readonly members: Readonly<Record<string, unknown>>;
}

export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** Which problem it is; '' for what is no problem document. */
export const typeOf = ({ body }: CheckoutAnswer): string =>
  String((body as { type?: unknown } | null)?.type ?? '')
    .split('/')
    .pop() ?? '';

/** An answer that nobody here has use for. */
export function unexpected({ status, body }: CheckoutAnswer): CheckoutFault {
  const { title = '', detail = '' } = (body ?? {}) as { title?: string; detail?: string };
  return new CheckoutFault(`the checkout answered ${status}: ${detail || title}`, status >= 500);
}

/** @throws CheckoutFault for an answer that is neither success nor a refusal */
export function read<T>(answer: CheckoutAnswer): Asked<T> {
  if (answer.status < 300) return { ok: true, value: answer.body as T };
  if (answer.status >= 500 || answer.status === 401 || answer.status === 429) throw unexpected(answer);
  const {
    type: _,
    title = '',
    status: __,
    detail,
    instance: ___,
    ...members
  } = answer.body as Record<string, unknown>;
  return { ok: false, refusal: { type: typeOf(answer), detail: String(detail ?? title), members } };
}

/** @param options.url base URL of its internal listener */
export function createCall(options: { url: string; serviceToken: string }): CallCheckout {
  const { url, serviceToken } = options;

  return async function call(method, path, body, headers = {}) {
    try {
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          authorization: `Bearer ${serviceToken}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? null : JSON.parse(text),
      };
    } catch (error) {
      const code = (error as { cause?: { code?: string } }).cause?.code;
      const reached = code !== 'ECONNREFUSED' && code !== 'ENOTFOUND' && code !== 'EAI_AGAIN';
      throw new CheckoutFault('the checkout does not answer', reached, error);
    }
  };
}
