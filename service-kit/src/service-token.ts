/** Calls from service to service: one shared bearer token, compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { problem } from './problem.ts';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** A hook that lets only `Authorization: Bearer <token>` through. 401 `unauthorized` otherwise. */
export function requireServiceToken(token: string): (request: FastifyRequest) => Promise<void> {
  const expected = digest(`Bearer ${token}`);
  return async ({ headers }) => {
    // Digests have one length, so that neither length nor content shows in the time it takes.
    if (timingSafeEqual(digest(headers.authorization ?? ''), expected)) return;
    throw problem(
      'unauthorized',
      'This route is for other services of the installation: send the service token.',
    );
  };
}
