/**
 * Which admissions the room has taken back, drop by drop. The list is asked for while somebody presents tokens of the
 * drop, and is at most 5 s behind as long as the room answers; while it does not, what was known stays good.
 */
import type { JwksSource } from './key-set.ts';
import { readText } from './read-text.ts';
import { createRecent } from './recent.ts';
import { DIGEST } from './words.ts';

export interface Revocations {
  /** Whether the admission `jti` of `drop` was taken back. A promise only when the list has to be asked for first. */
  has(drop: string, jti: string): boolean | Promise<boolean>;
}

export interface RevocationsOptions {
  /** Addresses with `{drop}` in them; the first that answers counts. */
  readonly addresses: readonly string[];
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
}

interface List {
  revoked: ReadonlySet<string>;
  etag: string | null;
  /** When what is known was asked for. */
  knownAt: number;
  askedAt: number;
  failures: number;
  asking: Promise<void> | undefined;
}

const ASK_AFTER_MS = 1000;
/**
 * Who asked longer ago than this lets nobody through by the answer. With what it takes until the room knows and until its list
 * and a cache in between say so, 5 s at most (ADR 0126).
 */
export const STALE_AFTER_MS = 2000;
/** After a failure twice as long each time, up to this. Meanwhile nobody waits for the room. */
const PAUSE_MAX_MS = 30_000;
/** A shopper may be waiting for it. */
const FETCH_TIMEOUT_MS = 1000;
/** 10,000 numbers, which is what the room keeps. */
const DOCUMENT_BYTES_MAX = 524_288;
const DROPS_MAX = 1000;

const NONE: ReadonlySet<string> = new Set();

export function createRevocations({ addresses, now, fetch }: RevocationsOptions): Revocations {
  const lists = createRecent<List>(DROPS_MAX);

  function listOf(drop: string): List {
    let list = lists.get(drop);
    if (list === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      list = { revoked: NONE, etag: null, knownAt: never, askedAt: never, failures: 0, asking: undefined };
      lists.set(drop, list);
    }
    return list;
  }

  async function load(drop: string, list: List): Promise<void> {
    // The answer may be as old as the question, however long it was under way.
    const { askedAt } = list;
    try {
      for (const [at, address] of addresses.entries()) {
        try {
          await loadFrom(address.replace('{drop}', drop), list, fetch);
          break;
        } catch (error) {
          if (at === addresses.length - 1) throw error;
        }
      }
      list.knownAt = askedAt;
      list.failures = 0;
    } catch {
      // An outage is no reason to forget who was revoked, nor to refuse everybody else.
      list.failures += 1;
    } finally {
      list.asking = undefined;
    }
  }

  function askIfDue(drop: string, list: List): void {
    if (list.asking !== undefined) return;
    const sinceMs = now() - list.askedAt;
    // A negative span is a clock that was set back; it must not stop questions until it has caught up.
    if (sinceMs >= 0 && sinceMs < Math.min(ASK_AFTER_MS * 2 ** list.failures, PAUSE_MAX_MS)) return;
    list.askedAt = now();
    list.asking = load(drop, list);
  }

  return {
    has(drop, jti) {
      const list = listOf(drop);
      askIfDue(drop, list);
      const isStale = now() - list.knownAt >= STALE_AFTER_MS;
      if (!isStale || list.asking === undefined) return list.revoked.has(jti);
      return list.asking.then(() => list.revoked.has(jti));
    },
  };
}

async function loadFrom(url: string, list: List, fetch: typeof globalThis.fetch): Promise<void> {
  const response = await fetch(url, {
    headers: {
      accept: 'application/json',
      ...(list.etag !== null && { 'if-none-match': list.etag }),
    },
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    if (response.status === 304 && list.etag !== null) return;
    throw new Error(`${url} answered ${response.status}`);
  }
  const { revoked } = JSON.parse(await readText(response, DOCUMENT_BYTES_MAX)) as { revoked?: unknown };
  if (!Array.isArray(revoked)) throw new Error(`${url} answered no list`);
  list.revoked = new Set(revoked.filter((number) => typeof number === 'string' && DIGEST.test(number)));
  list.etag = response.headers.get('etag');
}

const JWKS_PATH = '/.well-known/jwks.json';

/** Where the lists stand beside the keys, when those stand where the room publishes them. */
export function besideKeys(jwks: JwksSource): string[] {
  if (typeof jwks === 'function') return [];
  return (typeof jwks === 'string' ? [jwks] : jwks)
    .filter((address) => address.endsWith(JWKS_PATH))
    .map((address) => `${address.slice(0, -JWKS_PATH.length)}/v1/drops/{drop}/revocations`);
}
