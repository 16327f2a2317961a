/**
 * Every request limit of the room, with its reason. Per address they are generous: a carrier or a campus puts thousands of
 * shoppers behind one address, so these only stop machines; places themselves are limited per address in the join script.
 * In memory, per instance: the figures are for one instance and need not be exact.
 */

const PER_MINUTE = 60_000;

/** Requests that read: one shopper polls every 2 to 30 s, so a minute of 2,000 shoppers behind one address fits. */
export const READS_PER_ADDRESS = { max: 30_000, timeWindow: PER_MINUTE } as const;

/** The page is opened a few times by each shopper; 3,000 a minute is a stadium behind one address. */
export const PAGES_PER_ADDRESS = { max: 6_000, timeWindow: PER_MINUTE } as const;

/** Joins through the page's form; the script's own limit per address comes after this. */
export const FORMS_PER_ADDRESS = { max: 3_000, timeWindow: PER_MINUTE } as const;

/** Pages of a roster are 200 KB each and cacheable for good: a verifier reads a drop of a million, 245 pages, once a minute. */
export const ROSTER_PAGES_PER_ADDRESS = { max: 600, timeWindow: PER_MINUTE } as const;

/** Own status: told to ask every 2 s at the most, by two tabs; five times that is not a browser. */
export const STATUS_PER_TICKET = { max: 300, timeWindow: PER_MINUTE } as const;

/** Asking for entry: every second or two once called; a double click and two tabs are in it. Kept in Redis: all instances count as one. */
export const ENTRY_PER_TICKET = { max: 120, timeWindow: PER_MINUTE } as const;

/** Asking to be told: once, and some changes of mind. */
export const NOTICES_PER_TICKET = { max: 30, timeWindow: PER_MINUTE } as const;

/** Access codes that were wrong: people mistype, and a fair of them may stand behind one address; a machine gets nowhere. */
export const WRONG_CODES_PER_ADDRESS = { max: 30, timeWindow: PER_MINUTE } as const;

/** JWKS is fetched by connectors, at most once in 30 s each. */
export const KEYS_PER_ADDRESS = { max: 600, timeWindow: PER_MINUTE } as const;

/** One checkout instance reports each second and ends sessions in batches; ten instances with retries fit. */
export const SERVICE_PER_ADDRESS = { max: 6_000, timeWindow: PER_MINUTE } as const;
