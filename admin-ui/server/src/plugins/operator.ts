/** Who calls: the holder of the operator key. Compared in constant time; named in the audit log by a digest of the key. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { problem } from '@sluice/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { REQUESTS_PER_ADDRESS } from '../rate-limits.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, as the audit log names them; '' before the key was looked at. */
    operator: string;
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest();
/** Enough to tell keys apart, of no use to anyone who wants one. */
const SHOWN_DIGITS = 8;

export interface OperatorOptions {
  readonly key: string;
  readonly onRefused: () => void;
}

/**
 * Every route of the scope needs the key: 401 `unauthorized` otherwise, and 429 before that for an address that asks too
 * often. Rate limits must be registered on the scope already.
 */
export function requireOperator(app: FastifyInstance, { key, onRefused }: OperatorOptions): void {
  const expected = digest(key);
  const operator = `operator-key ${expected.toString('hex').slice(0, SHOWN_DIGITS)}`;
  const limitAddress = app.createRateLimit(REQUESTS_PER_ADDRESS);
  app.decorateRequest('operator', '');
  app.addHook('onRequest', async (request) => {
    const limit = await limitAddress(request);
    if (!limit.isAllowed && limit.isExceeded) {
      throw problem('rate-limited', 'This client has made too many requests.', {
        retryAfterSeconds: limit.ttlInSeconds,
      });
    }
    const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    // Digests have one length, so that neither length nor content shows in the time it takes.
    if (!timingSafeEqual(digest(given), expected)) {
      onRefused();
      throw problem('unauthorized', 'Send the operator key as "Authorization: Bearer …".');
    }
    request.operator = operator;
  });
}

/** What limits per operator count by. */
export const byOperator = (request: FastifyRequest): string => request.operator;
