/**
 * Every request limit of the checkout, with its reason. They stop machines, not shoppers: only admitted shoppers get
 * this far, and the room decides how many. Per address they are generous, because a carrier or a campus stands behind
 * one address. Kept in Redis, all instances count together; without Redis, and for the others, each for itself.
 */
import { clientAddressKey } from '@sluice/service-kit';
import type { FastifyRequest } from 'fastify';

const PER_MINUTE = 60_000;

const byAddress = (request: FastifyRequest) => clientAddressKey(request.ip);
const bySession = (request: FastifyRequest) => request.checkoutSession?.sessionId ?? byAddress(request);

/** Opening sessions, in Redis: 6,000 entries a minute through one campus, each with a retry. */
export const SESSIONS_PER_ADDRESS = { max: 12_000, timeWindow: PER_MINUTE, keyGenerator: byAddress };

/** Reserving, in Redis: a person who retries a sold-out item every second has room for a second tab. */
export const RESERVATIONS_PER_SESSION = { max: 120, timeWindow: PER_MINUTE, keyGenerator: bySession };

/** Reading, releasing, extending, paying, in memory: a page that polls twice a second fits twice. */
export const CALLS_PER_SESSION = { max: 240, timeWindow: PER_MINUTE, keyGenerator: bySession };

/** Messages of payment providers, in memory: thousands of payments a minute come from a handful of addresses. */
export const WEBHOOKS_PER_ADDRESS = { max: 30_000, timeWindow: PER_MINUTE, keyGenerator: byAddress };

/**
 * Looking at credentials and tokens that this instance has not seen before, in memory: it comes before any signature or
 * query, so that guessing costs us nothing. A whole campus arriving at once fits.
 */
export const UNKNOWN_CREDENTIALS_PER_ADDRESS = { max: 30_000, windowMs: PER_MINUTE };

/**
 * What the back office reads, per address, in memory: an instance of the control plane fits with ten operators who look something
 * up each second, and a script that runs away through it does not take the connections that sales need.
 */
export const OFFICE_READS = { max: 3000, timeWindow: PER_MINUTE, keyGenerator: byAddress };
