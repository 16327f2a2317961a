/**
 * The session a token stands for. While Postgres does not answer, as it last was: kept in Redis for an hour at most,
 * signed with a key that Redis does not have.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { isStoreFault } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { SessionCache } from '../projection/session-cache.ts';
import type { OpenSession, SessionStore } from '../store/sessions.ts';
import { digestOf } from './secrets.ts';

/** As long as somebody stays signed in through an outage that began just after they were last seen. */
const KEPT_MS = 3_600_000;
/** A session that is used is written again this often. */
const KEPT_AGAIN_MS = 30_000;
/** Signed-in browsers at a time; more are written at every request. */
const REMEMBERED_MAX = 1000;

export interface SessionOpener {
  /** @throws a store fault when neither Postgres nor Redis can say */
  open(token: string): Promise<OpenSession | undefined>;
  /** A session or all those of an account have ended, or may be something else now. */
  ended(id: string): Promise<void>;
}

export interface OpenerOptions {
  readonly sessions: SessionStore;
  readonly cache: SessionCache;
  /** 32 bytes in base64url, from which the signing key is derived. */
  readonly secret: string;
  readonly log: FastifyBaseLogger;
  /** Postgres has not answered, or does again. */
  readonly onLedger: (answers: boolean) => void;
  /** Postgres has failed a moment ago: it is not worth waiting for. */
  readonly isLedgerDown: () => boolean;
}

export function createSessionOpener(options: OpenerOptions): SessionOpener {
  const { sessions, cache, secret, log, onLedger, isLedgerDown } = options;
  const derived = hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', 'sluice session cache', 32);
  const key = Buffer.from(derived);
  const sign = (text: string) => createHmac('sha256', key).update(text).digest();
  const kept = new Map<string, { readonly atMs: number; readonly standing: string }>();

  /** @param now when the ledger was asked: whoever ends it from then on ends what is kept, too */
  async function keep(digest: string, session: OpenSession, now: number): Promise<void> {
    // Whoever has just shown a second factor, or may less than before, is kept as they are now.
    const standing = JSON.stringify([
      session.hasMfa,
      session.freshUntil,
      session.account.role,
      session.drops,
    ]);
    const before = kept.get(digest);
    if (before?.standing === standing && now - before.atMs < KEPT_AGAIN_MS) return;
    if (kept.size > REMEMBERED_MAX) kept.clear();
    kept.set(digest, { atMs: now, standing });
    const text = JSON.stringify({ ...session, digest, keptAt: now });
    const ttlMs = Math.min(KEPT_MS, session.expiresAt.getTime() - now);
    if (ttlMs > 0) await cache.keep(digest, `${sign(text).toString('base64url')}.${text}`, ttlMs);
  }

  async function readKept(digest: string): Promise<OpenSession | undefined> {
    const [signature = '', text = ''] = (await cache.read(digest))?.split(/\.(.*)/s) ?? [];
    const given = Buffer.from(signature, 'base64url');
    const expected = sign(text);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const was = JSON.parse(text);
    const now = Date.now();
    const isIt = was.digest === digest && now - was.keptAt < KEPT_MS && Date.parse(was.expiresAt) > now;
    if (!isIt || (await cache.endedAt([was.id, was.account.id])) >= was.keptAt) return undefined;
    return { ...was, freshUntil: new Date(was.freshUntil), expiresAt: new Date(was.expiresAt) };
  }

  return {
    async open(token) {
      const digest = digestOf(token);
      const hex = digest.toString('hex');
      if (isLedgerDown()) return readKept(hex);
      const askedAtMs = Date.now();
      let session: OpenSession | undefined;
      try {
        session = await sessions.open(digest);
        onLedger(true);
      } catch (error) {
        if (!isStoreFault(error)) throw error;
        onLedger(false);
        return readKept(hex);
      }
      // An outage that begins this moment is the only one who misses it.
      if (session)
        keep(hex, session, askedAtMs).catch((err: unknown) => log.debug({ err }, 'a session is not kept'));
      return session;
    },
    async ended(id) {
      await cache.end(id, KEPT_MS).catch((err: unknown) => {
        // Then it may be used while Postgres is away, too, for an hour: both stores failing, one after the other.
        log.warn({ err }, 'an ended session may be kept');
      });
    },
  };
}
