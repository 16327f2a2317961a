/** Request limits (`@fastify/rate-limit`) with one key and one answer for all services. */
import rateLimit, { type FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import { clientAddressKey } from './client-address.ts';
import { type Problem, problem } from './problem.ts';
import { type CountStore, createSharedCounts, type SharedCounts } from './shared-counts.ts';

/** Keys kept in memory for each route; the least recently seen are forgotten first. */
const KEYS_MAX = 50_000;

export interface RateLimitOptions {
  /** Counts for all instances together; without it each instance counts for itself. */
  readonly redis?: Redis;
  /** Counts that others count in, too; whoever made them closes them. */
  readonly counts?: SharedCounts;
  /** A limit for the routes that give none of their own; without it those have none. */
  readonly everyRoute?: { readonly max: number; readonly timeWindow: number };
}

/**
 * Limits for the routes registered on this scope afterwards, by their `config.rateLimit`; by client address unless the
 * route gives a `keyGenerator`. 429 `rate-limited` with Retry-After. No request waits for Redis: without it each
 * instance goes by its own count.
 */
export async function registerRateLimits(
  app: FastifyInstance,
  { redis, counts, everyRoute }: RateLimitOptions = {},
): Promise<void> {
  const own = redis && createSharedCounts({ redis });
  if (own) app.addHook('onClose', async () => own.close());
  const shared = counts ?? own;
  if (everyRoute) {
    app.addHook('onRoute', (route) => {
      route.config = { rateLimit: everyRoute, ...route.config };
    });
  }
  await app.register(rateLimit, {
    global: false,
    cache: KEYS_MAX,
    // The plugin makes its store itself; a constructor that returns an object hands it ours.
    ...(shared && { store: storeConstructor(shared.store) }),
    skipOnError: true,
    keyGenerator: (request) => clientAddressKey(request.ip),
    errorResponseBuilder: (_request, { ttl }) => tooManyRequests(ttl),
    // What others behind the same address did helps nobody, and every header costs.
    addHeaders: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
      'retry-after': true,
    },
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
  });
}

/** What a client is told who has to wait so many milliseconds. */
export function tooManyRequests(waitMs: number): Problem {
  return problem('rate-limited', 'This client has made too many requests.', {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}

function storeConstructor(store: CountStore): FastifyRateLimitStoreCtor {
  return function Store() {
    return store;
  } as unknown as FastifyRateLimitStoreCtor;
}
