/**
 * The faults that can be planted in a copy of the services, to see that the judge sees: each is a few exact replacements
 * of text. The services themselves know nothing of this.
 */

export interface Replacement {
  readonly file: string;
  /** Must stand there exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Fault {
  readonly what: string;
  readonly replacements: readonly Replacement[];
}

const FUNCTIONS = 'checkout-api/migrations/000070-plain-batches.sql';
const MOVING = 'checkout-api/migrations/000040-plans-made-once.sql';
const LEDGER = 'checkout-api/migrations/000001-ledger.sql';

export const FAULTS: Readonly<Record<string, Fault>> = {
  oversell: {
    what: 'a hold is given whether or not there is a unit, and the last guard is taken away',
    replacements: [
      {
        file: FUNCTIONS,
        find: 'if v_left[v_sku] < v_quantity then',
        replace: 'if false then',
      },
      {
        file: FUNCTIONS,
        find: ' and s.part = p.part and s.available >= p.units',
        replace: ' and s.part = p.part',
      },
      {
        file: LEDGER,
        find: 'constraint stock_not_negative check (initial >= 0 and available >= 0 and held >= 0 and sold >= 0),',
        replace: '',
      },
      {
        file: 'checkout-api/src/store/reservations.ts',
        find: 'if (short.size === 0) return;',
        replace: 'if (short.size >= 0) return;',
      },
    ],
  },
  inversion: {
    what: 'the highest orders present are granted entry instead of the lowest',
    replacements: [
      {
        file: 'waiting-room/lua/lib/grant.lua',
        find: "redis.call('ZPOPMIN', keys.present, count)",
        replace: "redis.call('ZPOPMAX', keys.present, count)",
      },
    ],
  },
  rate: {
    what: 'entries take nothing out of the bucket',
    replacements: [
      {
        file: 'waiting-room/lua/lib/grant.lua',
        find: 'control.bucket = control.bucket - count',
        replace: 'control.bucket = control.bucket',
      },
    ],
  },
  'double-admission': {
    what: 'who is inside and asks for entry once more is checked in once more',
    replacements: [
      {
        file: 'waiting-room/lua/check-in.lua',
        find: "elseif redis.call('ZSCORE', PRESENT, number) then",
        replace:
          "elseif redis.call('ZSCORE', PRESENT, number) or (redis.call('ZSCORE', SESSIONS, number) and redis.call('ZADD', PRESENT, 1, number)) then",
      },
    ],
  },
  'accept-forgery': {
    what: 'a token whose signature is wrong is read all the same',
    replacements: [
      {
        file: 'connector/src/create-admission-verifier.ts',
        find: "if (!(await verifySignature(token, key))) return 'signature-invalid';",
        replace: 'await verifySignature(token, key);',
      },
    ],
  },
  'lost-unit': {
    what: 'a hold that is given back does not come back to the shelf, and the last guard is taken away',
    replacements: [
      {
        file: MOVING,
        find: 'available = s.available + case when p_sold then 0 else l.quantity end',
        replace: 'available = s.available',
      },
      {
        file: LEDGER,
        find: 'constraint stock_conserved check (available + held + sold = total)',
        replace: 'constraint stock_conserved check (true)',
      },
    ],
  },
  'double-charge': {
    what: 'a charge is asked for under a new key each time, so that what was captured unnoticed is captured again',
    replacements: [
      {
        file: 'checkout-api/src/payments/pay.ts',
        find: 'return { idempotencyKey: ',
        replace: 'return { idempotencyKey: Math.random() + ',
      },
    ],
  },
};

export const FAULT_NAMES = Object.keys(FAULTS);
