/**
 * Checkout sessions: one per ticket and drop (Q34), opened from an admission token beside its secret, then
 * carried by a credential of its own. Neither the secret nor the credential is stored, only their hashes.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { sha256 } from '../domain/hash.ts';
import { createBatcher } from './batcher.ts';
import { createBoundedCache } from './bounded-cache.ts';
import type { Holder } from './reservations.ts';
import { type Database, query } from './statements.ts';
import { uuidv7 } from './uuid.ts';

const batchSizeMax = 512;
const waitingMax = 8192;
const waitMaxMs = 2000;
/** Sessions kept in memory: what is cached never changes, so this is memory only (about 60 MB at most). */
const cachedMax = 100_000;
const cachedMs = 60_000;

/** What never changes about a session; whether it has ended is decided in Postgres by every statement that matters. */
export interface Session extends Holder {
  sessionId: string;
  customer: string | null;
  /** New reservations may start until here: the admission token's expiry. */
  reserveUntil: Date;
}

/** An admission that the verifier has accepted, with the secret it was accepted beside. */
export interface Admission {
  jti: string;
  drop: string;
  customer: string | null;
  secret: string;
  expiresAt: Date;
}

export type OpenAnswer =
  | { verdict: 'opened' | 'reopened'; session: Session; credential: string }
  | { verdict: 'bound-elsewhere' | 'session-ended' | 'revoked' | 'no-such-drop' };

export interface SessionStore {
  /** Opens the one session of this ticket, or finds it again for whoever has the same secret. */
  open(admission: Admission): Promise<OpenAnswer>;
  /** The session of a credential, if this instance has seen it lately; asks nobody. */
  recall(credential: string): Session | undefined;
  /** The session of a credential; ended ones too, for what was bought can still be read. */
  find(credential: string): Promise<Session | undefined>;
  /** Gives back what is held and ends the session; false while a payment is under way. */
  leave(holder: Holder): Promise<boolean>;
  /** Ends up to `limit` sessions that have run out. */
  endIdle(limit: number): Promise<number>;
  /** Takes admissions back, open or not yet open. Answers how many sessions that ended; undefined: no such drop. */
  revoke(drop: string, jtis: readonly string[], reason: string, actor: string): Promise<number | undefined>;
}

interface Opening extends Admission {
  sessionId: string;
  shopper: string;
  salt: Buffer;
  secretHash: Buffer;
  credential: string;
}

/** The outcome of a batch: the ids of those that were opened as asked for, and what is there of the others. */
interface OpenedRow {
  created: string[] | null;
  known: KnownSession[] | null;
}

interface KnownSession {
  at: number;
  sessionId: string;
  /** Hexadecimal, as `salt` is. */
  secretHash: string;
  salt: string;
  shopper: string;
  reserveUntilMs: number;
  ended: boolean;
  revoked: boolean;
}

/**
 * The credential is a function of the shopper's secret and of the salt in the session's row: whoever opens the session
 * again with the same secret gets the same credential, and neither the database nor a stolen session id yields it.
 */
function credentialOf(secret: string, salt: Buffer): string {
  return createHmac('sha256', secret).update('sluice checkout session\n').update(salt).digest('base64url');
}

/** Limits bind to the customer claim where there is one, else to the ticket. The prefix keeps the two apart. */
function shopperOf(admission: Admission): string {
  return admission.customer === null ? `ticket:${admission.jti}` : `customer:${admission.customer}`;
}

export function createSessionStore(database: Database): SessionStore {
  const cache = createBoundedCache<Session>({ sizeMax: cachedMax, lifetimeMs: cachedMs });

  const openings = createBatcher<Opening, OpenAnswer>({
    sizeMax: batchSizeMax,
    waitingMax,
    waitMaxMs,
    run: async (batch) => {
      const [row] = await query<OpenedRow & Record<string, unknown>>(database, 'open-sessions', [
        batch.map((one) => one.jti),
        batch.map((one) => one.drop),
        batch.map((one) => one.sessionId),
        batch.map((one) => one.shopper),
        batch.map((one) => one.customer),
        batch.map((one) => one.secretHash),
        batch.map((one) => one.salt),
        batch.map((one) => sha256(one.credential)),
        batch.map((one) => one.expiresAt),
      ]);
      const created = new Set(row?.created);
      const knownAt = new Map(row?.known?.map((known) => [known.at, known]));
      return batch.map((one, at) =>
        created.has(one.sessionId) ? answerOpened(one) : answerKnown(one, knownAt.get(at)),
      );
    },
  });

  const lookups = createBatcher<Buffer, Session | undefined>({
    sizeMax: batchSizeMax,
    waitingMax,
    waitMaxMs,
    run: async (hashes) => {
      type Row = Session & { credentialHash: Buffer };
      const rows = await query<Row>(database, 'find-sessions', [hashes]);
      const byHash = new Map(
        rows.map(({ credentialHash, ...session }) => [credentialHash.toString('base64'), session]),
      );
      return hashes.map((hash) => byHash.get(hash.toString('base64')));
    },
  });

  return {
    async open(admission) {
      const salt = randomBytes(16);
      const answer = await openings.submit({
        ...admission,
        salt,
        sessionId: uuidv7(),
        shopper: shopperOf(admission),
        secretHash: sha256(admission.secret),
        credential: credentialOf(admission.secret, salt),
      });
      if ('session' in answer) cache.set(answer.credential, answer.session);
      return answer;
    },

    recall: (credential) => cache.get(credential),

    async find(credential) {
      const cached = cache.get(credential);
      if (cached !== undefined) return cached;
      const session = await lookups.submit(sha256(credential));
      if (session !== undefined) cache.set(credential, session);
      return session;
    },

    async leave({ drop, jti }) {
      const [row] = await query<{ left: boolean }>(database, 'leave-session', [drop, jti]);
      return row?.left ?? false;
    },

    async endIdle(limit) {
      const [row] = await query<{ ended: number }>(database, 'end-idle-sessions', [limit]);
      return row?.ended ?? 0;
    },

    async revoke(drop, jtis, reason, actor) {
      const [row] = await query<{ ended: string[] | null }>(database, 'revoke-admissions', [
        drop,
        jtis,
        reason,
        actor,
      ]);
      return row?.ended?.length;
    },
  };
}

function answerOpened({
  sessionId,
  jti,
  drop,
  shopper,
  customer,
  expiresAt,
  credential,
}: Opening): OpenAnswer {
  const session = { sessionId, jti, drop, shopper, customer, reserveUntil: expiresAt };
  return { verdict: 'opened', session, credential };
}

function answerKnown(asked: Opening, known: KnownSession | undefined): OpenAnswer {
  if (known === undefined) return { verdict: 'no-such-drop' };
  if (known.revoked) return { verdict: 'revoked' };
  if (!timingSafeEqual(Buffer.from(known.secretHash, 'hex'), asked.secretHash))
    return { verdict: 'bound-elsewhere' };
  if (known.ended) return { verdict: 'session-ended' };
  const { sessionId, shopper, reserveUntilMs } = known;
  const { jti, drop, customer, secret } = asked;
  return {
    verdict: 'reopened',
    session: { sessionId, jti, drop, shopper, customer, reserveUntil: new Date(reserveUntilMs) },
    credential: credentialOf(secret, Buffer.from(known.salt, 'hex')),
  };
}
