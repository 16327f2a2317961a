/**
 * Every request limit of the control plane, with its reason. Operators are few; what they stop is scripts that run away
 * and strangers that guess keys.
 */

const PER_MINUTE = 60_000;

/**
 * Requests of one address, before the key is looked at, in memory: a control room with ten screens that refresh each
 * second fits. Guessing a 256-bit key at this pace is hopeless; what it limits is the work that strangers cause.
 */
export const REQUESTS_PER_ADDRESS = { max: 1_200, timeWindow: PER_MINUTE } as const;

/** Reading, per operator, all instances together: five screens at one request a second, twice over. */
export const READS_PER_OPERATOR = { max: 600, timeWindow: PER_MINUTE } as const;

/**
 * Changing, per operator, all instances together: nobody steers a drop faster than four acts a second, and each costs
 * a transaction, an audit entry and a write to the room.
 */
export const ACTS_PER_OPERATOR = { max: 240, timeWindow: PER_MINUTE } as const;

/** Sending logos, per operator: each is decoded, up to 64 MB of pixels, and nobody has more than a few. */
export const UPLOADS_PER_OPERATOR = { max: 30, timeWindow: PER_MINUTE } as const;

/** Taking the whole audit log away, per operator: it reads every entry there is, and nobody needs it twice a minute. */
export const EXPORTS_PER_OPERATOR = { max: 10, timeWindow: PER_MINUTE } as const;

/**
 * Signing in, enrolling and asking for a reset, by address, all instances together: each costs a password hash of 25 ms, and an office
 * has some dozen people. What slows guessing down is accounts/throttle.ts.
 */
export const SIGN_INS_PER_ADDRESS = { max: 60, timeWindow: PER_MINUTE } as const;

/** Reports and look-ups, per operator: each reads the whole log of a drop, up to two million lines. */
export const LOOK_UPS_PER_OPERATOR = { max: 60, timeWindow: PER_MINUTE } as const;

/** Files of the admin UI, by address: a first visit takes some twenty, and an office behind one address has some dozen people. */
export const PAGES_PER_ADDRESS = { max: 3_000, timeWindow: PER_MINUTE } as const;
