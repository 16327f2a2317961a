/**
 * Every request limit of the checkout, with its reason. They stop machines, not shoppers: only admitted shoppers get
 * this far, and the room decides how many. All per minute. Per address they are generous, because a carrier or a campus
 * stands behind one address.
 */

const PER_MINUTE = 60_000;

/** Opening sessions, per address; all instances count together. A rate of 6,000 entries a minute through one campus. */
export const SESSIONS_PER_ADDRESS = { max: 6_000, timeWindow: PER_MINUTE } as const;

/** Reservations, per session; all instances count together. A human retries a sold-out item every second or two. */
export const RESERVATIONS_PER_SESSION = { max: 120, timeWindow: PER_MINUTE } as const;

/** Reading, releasing, extending, paying, per session; in memory. A page that polls twice a second fits. */
export const CALLS_PER_SESSION = { max: 240, timeWindow: PER_MINUTE } as const;

/** The control plane's calls; in memory. Setting up hundreds of drops by script fits. */
export const SERVICE_PER_ADDRESS = { max: 6_000, timeWindow: PER_MINUTE } as const;
