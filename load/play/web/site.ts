/** One service as shoppers reach it: some instances behind one name, requests spread over them, every answer counted. */
import { Pool } from 'undici';

export interface WebRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** The address it comes from; travels as X-Forwarded-For. */
  readonly address: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Which instance is asked, modulo their number; the next one in turn if it is left out. */
  readonly instance?: number;
  /** The body is not waited for: it may have no end. */
  readonly headOnly?: boolean;
  /** Gives up on the answer; the request may have been carried out all the same. */
  readonly signal?: AbortSignal;
}

export interface WebAnswer {
  readonly status: number;
  /** The body if it is a JSON object, else empty. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly location: string;
  /** Of Retry-After; 0 when it says nothing. */
  readonly retryAfterMs: number;
  /** Set by it, by name. */
  readonly cookies: Readonly<Record<string, string>>;
  /** Last part of the problem's type; '' when it is none. */
  readonly problem: string;
}

export interface Site {
  readonly origins: readonly string[];
  /** @throws when no answer came: refused, reset, timed out or given up */
  ask(request: WebRequest): Promise<WebAnswer>;
  /** Answers by status; 0 counts those that never came. */
  readonly answers: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

/** Browsers give up much later; nobody here should wait longer than the services' own time-outs. */
const TIMEOUT_MS = 10_000;
const CONNECTIONS = 64;

/** @param origins one for each instance */
export function createSite(origins: readonly string[]): Site {
  const pools = origins.map(
    (origin) =>
      new Pool(origin, {
        connections: CONNECTIONS,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
        connect: { timeout: TIMEOUT_MS },
      }),
  );
  const answers = new Map<number, number>();
  const count = (status: number) => answers.set(status, (answers.get(status) ?? 0) + 1);
  let turn = 0;

  return {
    origins,
    answers,
    async ask({ method, path, address, headers, json, form, instance, headOnly, signal }) {
      const pool = pools[(instance ?? turn++) % pools.length] as Pool;
      const content =
        json !== undefined
          ? { type: 'application/json', text: JSON.stringify(json) }
          : form && { type: 'application/x-www-form-urlencoded', text: String(new URLSearchParams(form)) };
      try {
        const answer = await pool.request({
          method,
          path,
          headers: {
            'x-forwarded-for': address,
            ...(content && { 'content-type': content.type }),
            ...headers,
          },
          ...(content && { body: content.text }),
          ...(signal && { signal }),
        });
        const isEndless = headOnly && answer.statusCode === 200;
        const text = isEndless ? '' : await answer.body.text();
        if (isEndless) answer.body.destroy();
        count(answer.statusCode);
        const body = parseObject(answer.headers['content-type'], text);
        return {
          status: answer.statusCode,
          body,
          location: String(answer.headers.location ?? ''),
          retryAfterMs: Number(answer.headers['retry-after'] ?? 0) * 1000 || 0,
          cookies: cookiesIn(answer.headers['set-cookie']),
          problem: typeof body.type === 'string' ? body.type.slice(body.type.lastIndexOf('/') + 1) : '',
        };
      } catch (error) {
        count(0);
        throw error;
      }
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

function cookiesIn(lines: string | string[] | undefined): Record<string, string> {
  const pairs = [lines ?? []].flat().map((line) => line.split(';', 1)[0] ?? '');
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

function parseObject(type: unknown, text: string): Record<string, unknown> {
  if (typeof type !== 'string' || !type.includes('json')) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The address to ask a service of this machine at: a name that resolves twice (::1, 127.0.0.1) costs a try for each connection. */
export function loopback(url: string): string {
  return `http://127.0.0.1:${new URL(url).port}`;
}
