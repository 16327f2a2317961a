/** The keys around tickets: per drop and `kid`, derived from the installation's secrets, made once and kept (Q14). */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { TicketSecret } from '../config.ts';

/** Keys of one drop. */
export interface DropKeys {
  /** Signs new tickets. */
  readonly kid: number;
  readonly signing: KeyObject;
  /** Turns a join's nonce into an id. */
  readonly nonce: KeyObject;
  /** Turns a customer into an id. */
  readonly customer: KeyObject;
  /** Hides client addresses from Redis. */
  readonly address: KeyObject;
  /** Makes the entries that gates lease. */
  readonly lease: KeyObject;
  /** Any key that may have signed a ticket; undefined for an unknown `kid`. */
  readonly find: (kid: number) => KeyObject | undefined;
}

/**
 * Returns the keys of a drop. The first secret signs, every one verifies.
 * Ask for existing drops only: each drop asked for stays in memory.
 */
export function createTicketKeys(
  secrets: readonly [TicketSecret, ...TicketSecret[]],
): (drop: string) => DropKeys {
  const drops = new Map<string, DropKeys>();
  return (drop) => {
    let keys = drops.get(drop);
    if (!keys) {
      keys = deriveKeys(secrets, drop);
      drops.set(drop, keys);
    }
    return keys;
  };
}

function deriveKeys(secrets: readonly [TicketSecret, ...TicketSecret[]], drop: string): DropKeys {
  const byKid = new Map(secrets.map(({ kid, secret }) => [kid, deriveKey(secret, 'ticket', drop)]));
  const { kid, secret } = secrets[0];
  return {
    kid,
    signing: deriveKey(secret, 'ticket', drop),
    nonce: deriveKey(secret, 'nonce', drop),
    customer: deriveKey(secret, 'customer', drop),
    address: deriveKey(secret, 'address', drop),
    lease: deriveKey(secret, 'lease', drop),
    find: (wanted) => byKid.get(wanted),
  };
}

/** One secret, many uses, none of which helps against another (RFC 5869). */
function deriveKey(
  secret: Buffer,
  use: 'ticket' | 'nonce' | 'customer' | 'address' | 'lease',
  drop: string,
): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `sluice ${use} ${drop}`, 32)));
}

/** Seals what an instance keeps on disk for the day Redis forgets (Q25). */
export function healingKeyOf(secret: Buffer): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'sluice healing', 32)));
}
