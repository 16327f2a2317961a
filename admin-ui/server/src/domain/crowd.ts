/** A simulated crowd: who comes when and does what. The shares are dealt out exactly, so that a small crowd has all of them. */

/**
 * `steady`: over the lobby and the first minute · `rush`: nine of ten in the last seconds before the opening ·
 * `late`: over the first minutes after it
 */
export const ARRIVAL_PROFILES = ['steady', 'rush', 'late'] as const;
export type ArrivalProfile = (typeof ARRIVAL_PROFILES)[number];

export interface CrowdSettings {
  readonly shoppers: number;
  readonly arrivals: ArrivalProfile;
  /** Of all: called, and do not come. */
  readonly noShowShare: number;
  /** Of those inside: pay for what they hold. The others look, hold and give it back. */
  readonly buyShare: number;
  /** Of those who pay: the bank says no, and they go. */
  readonly declineShare: number;
}

export type Manner = 'no-show' | 'buy' | 'be-declined' | 'give-back';

export interface Character {
  readonly name: string;
  /** After the crowd was let loose, which is when the lobby opens. */
  readonly arrivesAfterMs: number;
  readonly manner: Manner;
  /** As it stands in `X-Forwarded-For`. */
  readonly address: string;
}

const RUSH_MS = 10_000;
const RUSH_SHARE = 0.9;
const AFTER_OPENING_MS = 60_000;
const LATE_MS = 120_000;

/** @param next numbers from 0 to 1; the same numbers give the same crowd */
export function dealCrowd(
  { shoppers, arrivals, noShowShare, buyShare, declineShare }: CrowdSettings,
  lobbyMs: number,
  next: () => number,
): Character[] {
  const noShows = Math.round(shoppers * noShowShare);
  const payers = Math.round((shoppers - noShows) * buyShare);
  const declined = Math.round(payers * declineShare);
  const manners: Manner[] = [
    ...Array<Manner>(noShows).fill('no-show'),
    ...Array<Manner>(declined).fill('be-declined'),
    ...Array<Manner>(payers - declined).fill('buy'),
  ];
  while (manners.length < shoppers) manners.push('give-back');
  return shuffled(manners, next).map((manner, at) => ({
    name: `shopper ${at + 1}`,
    manner,
    arrivesAfterMs: Math.round(arrival(arrivals, lobbyMs, next)),
    address: addressOf(at),
  }));
}

function arrival(profile: ArrivalProfile, lobbyMs: number, next: () => number): number {
  switch (profile) {
    case 'steady':
      return next() * (lobbyMs + AFTER_OPENING_MS);
    case 'rush':
      if (next() >= RUSH_SHARE) return lobbyMs + next() * AFTER_OPENING_MS;
      return Math.max(0, lobbyMs - RUSH_MS) + next() * Math.min(RUSH_MS, lobbyMs);
    case 'late':
      return lobbyMs + next() * LATE_MS;
  }
}

/** Fisher and Yates. */
function shuffled<T>(list: readonly T[], next: () => number): T[] {
  const deck = [...list];
  for (let at = deck.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [deck[at], deck[other]] = [deck[other] as T, deck[at] as T];
  }
  return deck;
}

/** Of the network that RFC 2544 keeps for measurements: nobody's. */
const addressOf = (at: number): string => `198.18.${(at >> 8) & 255}.${at & 255}`;

/** What becomes of a shopper, and what they are doing meanwhile. Each shopper is in one of them. */
export const CROWD_STATES = [
  'coming',
  'waiting',
  'inside',
  'bought',
  'declined',
  'gave-back',
  'found-it-sold-out',
  'no-show',
  'missed',
  'turned-away',
  'stuck',
] as const;
export type CrowdState = (typeof CROWD_STATES)[number];
/** How many shoppers are in each. */
export type CrowdTally = Readonly<Record<CrowdState, number>>;
