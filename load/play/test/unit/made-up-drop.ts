/** A small drop in which everything is right, for tests to break one thing at a time. */
import { createHash } from 'node:crypto';
import { drawnOrder } from '../../judge/drawn-orders.ts';
import type { LogLine } from '../../judge/log-line.ts';
import type { Evidence } from '../../judge/verdict.ts';

/** Redis µs at which it opened. */
export const OPENED_US = 1_763_923_376_000_000;
const SECOND_US = 1_000_000;
const SEED = '5e'.repeat(32);

export const NUMBERS = ['ada', 'bob', 'cy', 'dee', 'eve'].sort(
  (one, other) => drawnOrder(SEED, one) - drawnOrder(SEED, other),
);

/** The public number that was drawn at this place. */
export const at = (place: number): string => NUMBERS[place] as string;
export const orderAt = (place: number): number => drawnOrder(SEED, at(place));

/** When somebody is granted entry in {@link madeUpDrop}: one a second. */
export const grantedUs = (place: number): number => OPENED_US + (place + 2) * SECOND_US;
const expiresUs = (place: number): number => grantedUs(place) + 60 * SECOND_US;

export function grantLine(place: number, us = grantedUs(place)): LogLine {
  return { kind: 'grant', us, number: at(place), order: orderAt(place), expiresUs: expiresUs(place) };
}

/** Five drawn shoppers, all called at once; four enter and buy the four units, the last one still waits. */
export function madeUpDrop(): Evidence {
  const buyers = [0, 1, 2, 3];
  const checkins: LogLine[] = buyers.map((place) => ({
    kind: 'checkin',
    us: OPENED_US + SECOND_US,
    number: at(place),
    order: orderAt(place),
  }));
  const sales: LogLine[] = buyers.flatMap((place) => [
    grantLine(place),
    { kind: 'end', us: grantedUs(place) + SECOND_US / 2, number: at(place), reason: 'paid' },
  ]);
  return {
    shoppers: 5,
    stock: 4,
    log: [
      { kind: 'open', us: OPENED_US },
      { kind: 'reveal', us: OPENED_US + 1 },
      { kind: 'call', us: OPENED_US + 2, from: 0, to: orderAt(4) },
      ...checkins,
      ...sales,
    ],
    books: {
      stock: [{ sku: 'shoe', putIn: 4, available: 0, held: 0, sold: 4, unitsHeld: 0, unitsPaid: 4 }],
      reservations: buyers.map((place) => ({
        id: `r${place}`,
        jti: at(place),
        status: 'paid',
        amountMinor: 100,
      })),
      orders: buyers.map((place) => ({
        id: `o${place}`,
        reservationId: `r${place}`,
        chargeId: `c${place}`,
        amountMinor: 100,
      })),
      charges: buyers.map((place) => ({
        id: `c${place}`,
        reference: `r${place}`,
        status: 'captured',
        amountMinor: 100,
      })),
      sessions: buyers.map((place) => ({
        sessionId: `s${place}`,
        jti: at(place),
        reserveUntilMs: expiresUs(place) / 1000,
      })),
    },
    policy: { ratePerMinute: 60, burst: 1, maxSessions: 2 },
    draw: { commit: createHash('sha256').update(Buffer.from(SEED, 'hex')).digest('hex'), seed: SEED },
    places: { issued: new Set(NUMBERS), wantedToLeave: new Set(), known: new Set(NUMBERS) },
    acknowledged: { admitted: new Set(buyers.map(at)), orders: new Set(buyers.map((place) => `o${place}`)) },
    stillWaiting: [{ number: at(4), order: orderAt(4) }],
    raid: {
      tried: 240,
      fewestTriesByKind: Object.fromEntries(Array.from({ length: 12 }, (_, kind) => [`kind-${kind}`, 20])),
      accepted: [],
      unattacked: [],
    },
    stockSamples: [[{ sku: 'shoe', putIn: 4, available: 2, held: 1, sold: 1, unitsHeld: 1, unitsPaid: 1 }]],
    secretsLogged: 0,
    serverFaults: 0,
    stranded: [],
    harmsMissed: [],
    outage: undefined,
    durabilityFaults: [],
  };
}
