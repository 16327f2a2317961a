/** The access code of a join, or the problem that says what is wrong with it. */
import { clientAddressKey, type FixedWindowLimiter, problem } from '@sluice/service-kit';
import type { FastifyRequest } from 'fastify';
import { type Code, readCode } from '../admission/access-codes.ts';
import { unavailable } from '../queue/commands.ts';
import type { DropView } from '../queue/queue.ts';

/**
 * Wrong codes are counted for each address, whatever is wrong with them: an address that has guessed its share learns
 * nothing more, not even of a good one.
 * @throws 403 `code-wrong`, 429 `rate-limited`, 503 `store-unavailable`
 */
export function requireGoodCode(
  guesses: FixedWindowLimiter,
  view: DropView,
  request: FastifyRequest,
  text: string | undefined,
): Code | null {
  if (text === undefined) return null;
  const address = clientAddressKey(request.ip);
  if (!guesses.hasLeft(address))
    throw problem('rate-limited', 'Too many wrong codes came from this network address within a minute.', {
      retryAfterSeconds: guesses.secondsLeft(),
    });
  const verdict = readCode(view, text);
  if (verdict.is === 'good') return verdict.code;
  if (verdict.is === 'unreadable') throw unavailable('What access codes are read by is being restored.');
  guesses.take(address);
  throw problem('code-wrong', 'It is no access code of this drop, or it has been withdrawn.', {
    errors: [{ field: 'body.code', reason: 'is not known' }],
  });
}
