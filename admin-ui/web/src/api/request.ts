/**
 * The one place that knows HTTP. A request that lacks a proof asks for it and goes on; every failure is an `ApiFault`.
 * What guards writing against other sites is the Origin that browsers send by themselves.
 */
import { ApiFault } from './api-fault.ts';
import { noteAnswer, noteSilence } from './contact.ts';
import { askProof, type Proof } from './proofs.ts';

/** An operator rather sees "no answer" than a wheel that turns for ever. */
const TIMEOUT_MS = 15_000;
/** Nobody waits for it, and a screen that may be old should say so soon. */
const KNOCK_TIMEOUT_MS = 5_000;

const PROOF_OF: Readonly<Record<string, Proof>> = {
  unauthorized: 'sign-in',
  'fresh-sign-in-required': 'fresh',
  'second-factor-required': 'second-factor',
};

export interface RequestOptions {
  /** Sent as JSON; text and files as they are, with `contentType`. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Asks nobody for anything: of requests that are themselves a proof. */
  readonly isProof?: boolean;
  /** Changes nothing, whatever its method says. */
  readonly isReading?: boolean;
}

export interface Answer<T> {
  readonly status: number;
  readonly content: T;
  /** Send as `If-Match` to change what was read and nothing newer. */
  readonly etag: string | null;
}

/** @throws ApiFault */
export async function request<T>(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer<T>> {
  try {
    return await send<T>(method, path, options);
  } catch (thrown) {
    const proof = thrown instanceof ApiFault ? PROOF_OF[thrown.type] : undefined;
    if (proof === undefined || options.isProof || !(await askProof(proof))) throw thrown;
    return send<T>(method, path, options);
  }
}

async function send<T>(method: string, path: string, options: RequestOptions): Promise<Answer<T>> {
  const { body, contentType = 'application/json', headers, signal } = options;
  const isAct = method !== 'GET' && !options.isReading && !options.isProof;
  const silence = isAct ? 'no-outcome' : 'no-answer';
  const asked = fetch(path, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json, application/problem+json, text/csv',
      ...(body === undefined ? {} : { 'content-type': contentType }),
      ...headers,
    },
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' || body instanceof Blob ? body : JSON.stringify(body) }),
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
  });
  const response = await heard(asked, silence);
  const text = await heard(response.text(), silence);
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  const content: unknown = isJson && text !== '' ? JSON.parse(text) : text;
  if (response.ok)
    return { status: response.status, content: content as T, etag: response.headers.get('etag') };
  const document =
    isJson && typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
  throw new ApiFault(response.status, document, Number(response.headers.get('retry-after')) || null);
}

/**
 * What comes from the server, or that nothing does.
 * @param silence `no-answer`; `no-outcome` of what may have been done all the same: a server that stood still does it when it goes on
 * @throws ApiFault
 */
async function heard<T>(coming: Promise<T>, silence: 'no-answer' | 'no-outcome'): Promise<T> {
  try {
    const it = await coming;
    noteAnswer();
    return it;
  } catch (thrown) {
    // Left by the page itself: that says nothing about the server.
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
    noteSilence();
    throw new ApiFault(0, { type: silence });
  }
}

/** @throws ApiFault */
export const read = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  (await request<T>('GET', path, signal ? { signal } : {})).content;

/** Only whether anything answers: what is noted of it is the answer. */
export const knock = (): Promise<unknown> =>
  heard(
    fetch('/livez', { cache: 'no-store', signal: AbortSignal.timeout(KNOCK_TIMEOUT_MS) }),
    'no-answer',
  ).catch(() => {});
