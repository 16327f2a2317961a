/**
 * The room's public keys, by `kid`. Asks for them seldom whatever `kid`s arrive, keeps what it knows through an outage,
 * and forgets a key once a fresh answer no longer lists it.
 */
import { importJWK, type JSONWebKeySet, type JWK } from 'jose';
import { readText } from './read-text.ts';

/** One address, several (the first that answers counts), or a function, which is called no more often than an address would be. */
export type JwksSource = string | readonly string[] | (() => Promise<JSONWebKeySet>);

export interface KeySet {
  /** The key, `unknown` if no published key has this `kid`, or `unavailable` if none could be loaded so far. */
  find(kid: string): Promise<CryptoKey | 'unknown' | 'unavailable'>;
}

export interface KeySetOptions {
  readonly source: JwksSource;
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
}

/** A rotation publishes the next key at least this long before it signs, so an unhurried refresh is enough. */
const REFRESH_AFTER_MS = 300_000;
/** An unknown `kid` may be a new key or somebody's invention; inventing them must not become load on the room. */
const ASK_AGAIN_AFTER_MS = 30_000;
/** Before the first answer there is nothing to protect but the start-up: 1 s, doubled up to the 30 s above. */
const FIRST_RETRY_MS = 1000;
const FETCH_TIMEOUT_MS = 5000;
const DOCUMENT_BYTES_MAX = 65_536;
const KEYS_MAX = 32;

export function createKeySet({ source, now, fetch }: KeySetOptions): KeySet {
  let keys: ReadonlyMap<string, { x: string; key: CryptoKey }> | undefined;
  let loadedAt = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let asking: Promise<void> | undefined;

  async function load(): Promise<void> {
    try {
      const document = typeof source === 'function' ? await source() : await fetchFirst(source, fetch);
      const fresh = await importKeys(document, keys);
      if (fresh.size === 0) throw new Error('the key document lists no usable Ed25519 key');
      keys = fresh;
      loadedAt = now();
      failures = 0;
    } catch {
      // An outage is no reason to forget: known keys stay, and the next question after the pause tries again.
      failures += 1;
    } finally {
      asking = undefined;
    }
  }

  function ask(): Promise<void> | undefined {
    if (asking) return asking;
    const pause = keys
      ? ASK_AGAIN_AFTER_MS
      : Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), ASK_AGAIN_AFTER_MS);
    const sinceMs = now() - askedAt;
    // A negative span is a clock that was set back; it must not stop refreshes until it has caught up.
    if (sinceMs >= 0 && sinceMs < pause) return undefined;
    askedAt = now();
    asking = load();
    return asking;
  }

  return {
    async find(kid) {
      const known = keys?.get(kid);
      if (known) {
        if (Math.abs(now() - loadedAt) >= REFRESH_AFTER_MS) void ask();
        return known.key;
      }
      await ask();
      if (!keys) return 'unavailable';
      return keys.get(kid)?.key ?? 'unknown';
    },
  };
}

async function fetchFirst(
  source: string | readonly string[],
  fetch: typeof globalThis.fetch,
): Promise<unknown> {
  const errors: unknown[] = [];
  for (const url of typeof source === 'string' ? [source] : source) {
    try {
      return await fetchDocument(url, fetch);
    } catch (error) {
      errors.push(error);
    }
  }
  throw new AggregateError(errors, 'no address gave a key document');
}

async function fetchDocument(url: string, fetch: typeof globalThis.fetch): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    // Keys come from the configured place or not at all: a redirect is not followed and fails below. (Edge runtimes refuse 'error'.)
    redirect: 'manual',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  return JSON.parse(await readText(response, DOCUMENT_BYTES_MAX));
}

/** Keys that are still listed keep their imported object, by which verified tokens recognise that nothing changed. */
async function importKeys(
  document: unknown,
  known: ReadonlyMap<string, { x: string; key: CryptoKey }> | undefined,
): Promise<Map<string, { x: string; key: CryptoKey }>> {
  const listed = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(listed)) throw new Error('not a JWK set');
  const imported = new Map<string, { x: string; key: CryptoKey }>();
  for (const jwk of listed.slice(0, KEYS_MAX) as (JWK | null)[]) {
    if (!isVerificationKey(jwk) || imported.has(jwk.kid)) continue;
    const same = known?.get(jwk.kid);
    if (same?.x === jwk.x) {
      imported.set(jwk.kid, same);
      continue;
    }
    // Only the public members, whatever else stands there.
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: jwk.x, alg: 'EdDSA' }, 'EdDSA').catch(
      () => null,
    );
    if (key instanceof CryptoKey) imported.set(jwk.kid, { x: jwk.x, key });
  }
  return imported;
}

function isVerificationKey(jwk: JWK | null): jwk is JWK & { kid: string; x: string } {
  if (typeof jwk !== 'object' || jwk === null) return false;
  const { kty, crv, x, kid, use, alg } = jwk;
  return (
    kty === 'OKP' &&
    crv === 'Ed25519' &&
    typeof x === 'string' &&
    typeof kid === 'string' &&
    kid.length > 0 &&
    (use === undefined || use === 'sig') &&
    (alg === undefined || alg === 'EdDSA' || alg === 'Ed25519')
  );
}
