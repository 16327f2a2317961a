/** One service as shoppers reach it: requests are bounded, a problem is told by its type, "later" is waited for. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Ask {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Of the shopper; travels as X-Forwarded-For. */
  readonly address: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

export interface Told {
  readonly status: number;
  /** The body where it is a JSON object, else empty. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Last part of a problem's type; '' for none. */
  readonly problem: string;
}

export type Site = (ask: Ask) => Promise<Told>;

/** Longer than the services' own limits. */
const TIMEOUT_MS = 10_000;
/** Some two minutes of "later" in a row. */
const TRIES_MAX = 40;
const BACKOFF_MS_MAX = 3000;

/**
 * Answers other than 429, 502, 503 and 504, however long they take.
 * @throws Error when nothing else came for minutes, or `over` was aborted
 */
export function createSite(base: string, over: AbortSignal): Site {
  return async ({ method, path, address, headers, json }) => {
    let last = '';
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      over.throwIfAborted();
      let waitMs = Math.min(100 * 2 ** tries, BACKOFF_MS_MAX);
      try {
        const response = await fetch(new URL(path, base), {
          method,
          redirect: 'manual',
          signal: AbortSignal.any([over, AbortSignal.timeout(TIMEOUT_MS)]),
          headers: {
            'x-forwarded-for': address,
            ...(json !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(json !== undefined && { body: JSON.stringify(json) }),
        });
        const body = objectOf(await response.text());
        const type = typeof body.type === 'string' ? body.type : '';
        const told = { status: response.status, body, problem: type.slice(type.lastIndexOf('/') + 1) };
        if (![429, 502, 503, 504].includes(told.status)) return told;
        last = `${told.status} ${told.problem}`;
        waitMs = Number(response.headers.get('retry-after') ?? 0) * 1000 || waitMs;
      } catch (error) {
        over.throwIfAborted();
        last = error instanceof Error ? error.message : String(error);
      }
      await pause(waitMs * (1 + Math.random() / 2), undefined, { signal: over });
    }
    throw new Error(`no answer but "later": ${last}`);
  };
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
