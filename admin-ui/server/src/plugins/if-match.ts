/** ETags of drops: the policy version, in quotes. */

import { problem } from '@sluice/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Reason } from '../domain/reasons.ts';

/**
 * The version that `If-Match` asks for; null when it asks for none.
 * @throws Problem 400 `invalid-request` for one that no drop can have
 */
export function versionAsked({ headers }: FastifyRequest): number | null {
  const given = headers['if-match']?.trim();
  if (given === undefined || given === '*') return null;
  const version = /^"(\d{1,9})"$/.exec(given)?.[1];
  if (version !== undefined) return Number(version);
  const reason: Reason = 'must be the ETag of the drop, like "42"';
  throw problem('invalid-request', `headers.if-match ${reason}`, {
    errors: [{ field: 'headers.if-match', reason }],
  });
}

export function sendVersion(reply: FastifyReply, { policyVersion }: { policyVersion: number }): void {
  reply.header('etag', `"${policyVersion}"`).header('cache-control', 'no-store');
}
