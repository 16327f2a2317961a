/** The drops of a play: the one that everything is about, and a small one elsewhere whose shoppers have genuine things that must open nothing here. */
import type { PlayArguments } from '../arguments.ts';
import type { PolicyEvidence } from '../judge/verdict.ts';
import type { DropWish } from './control-plane.ts';

const SHOP = 'https://shop.example';
/** Each has its own row in the ledger; shoppers ask for any of them. */
const SIZES = ['41', '42', '43'];
/** Short, but long enough for every shopper to come in time. */
const LOBBY_SECONDS_MIN = 3;
const JOINS_PER_SECOND = 300;
/** Every instance has seen a new drop by then, on a slow machine, too: whoever comes first must meet the lobby. */
const SEEN_MS = 3000;

export interface Plan {
  readonly drop: DropWish;
  readonly other: DropWish;
  readonly policy: PolicyEvidence;
  readonly skus: readonly string[];
  readonly lobbyMs: number;
  readonly opensAtMs: number;
}

/** Whoever is held up by attackers still has time to pay, however slow the machine. */
const CALM_TIMES = { tokenSeconds: 180, holdSeconds: 180 };
/** Whoever is inside has time for an outage; after a restart of Redis shoppers come back as quickly as they may be asked to. */
const CHAOS_TIMES = { tokenSeconds: 120, holdSeconds: 120, returnSpreadSeconds: 5 };

/** At the most: leases are spent over a minute, so few are one in many seconds. */
const LEASES_PER_GATE = 8;
/** A gate gives nobody an entry with less than a minute left, and has it prolonged when half of its time is gone. */
const GATE_TIMES = { tokenSeconds: 240, holdSeconds: 120 };

export const PER_SHOPPER_LIMIT = 2;
export const DROP = 'play';
export const OTHER_DROP = 'play-other';

/** @param nowMs of the machine that Redis runs on */
export function planDrops({ shoppers, stock, rate, chaos, gates }: PlayArguments, nowMs: number): Plan {
  const lobbySeconds = Math.max(LOBBY_SECONDS_MIN, Math.ceil(shoppers / JOINS_PER_SECOND));
  const opensAtMs = nowMs + SEEN_MS + lobbySeconds * 1000;
  // Room for everybody who enters within some seconds, and for those who never come back: the bound is met, not in the way.
  // A fifth of it may be on lease: with gates there is room for some on each.
  const maxSessions =
    Math.max(10, Math.ceil((rate / 60) * 6) + Math.ceil(stock / 8)) + gates * LEASES_PER_GATE * 5;
  const page = { returnOrigins: [SHOP], defaultReturnTo: `${SHOP}/` };
  const products = SIZES.slice(0, Math.min(SIZES.length, stock)).map((size, at, sizes) => ({
    sku: `shoe-${size}`,
    name: `Shoe, size ${size}`,
    priceMinor: 12_900,
    stock: Math.floor(stock / sizes.length) + (at < stock % sizes.length ? 1 : 0),
  }));
  const times = { callWindowSeconds: 20, graceSeconds: 20, ...timesOf(chaos, gates) };
  return {
    drop: {
      id: DROP,
      name: 'The play',
      opensAt: new Date(opensAtMs).toISOString(),
      admission: { lobby: 'draw', lobbySeconds, ratePerMinute: rate, burstSeconds: 1, maxSessions, ...times },
      page,
      perShopperLimit: PER_SHOPPER_LIMIT,
      currency: 'EUR',
      products,
    },
    other: {
      id: OTHER_DROP,
      name: 'Another drop',
      opensAt: new Date(nowMs + 1000).toISOString(),
      admission: { lobby: 'fifo', lobbySeconds: 0, ratePerMinute: 6000, ...times },
      page,
      perShopperLimit: PER_SHOPPER_LIMIT,
      currency: 'EUR',
      products: [{ sku: 'other-shoe', name: 'Another shoe', priceMinor: 9900, stock: 100 }],
    },
    policy: { ratePerMinute: rate, burst: Math.max(1, rate / 60), maxSessions },
    skus: products.map(({ sku }) => sku),
    lobbyMs: lobbySeconds * 1000,
    opensAtMs,
  };
}

function timesOf(chaos: boolean, gates: number) {
  if (chaos) return CHAOS_TIMES;
  return gates > 0 ? GATE_TIMES : CALM_TIMES;
}
