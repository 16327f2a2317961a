/** What all shoppers of a drop share: where they go, what is sold, and what is remembered of them. */
import type { Site } from '../web/site.ts';
import type { Manner } from './manners.ts';
import type { Meeting } from './meeting.ts';

export interface World {
  readonly room: Site;
  readonly checkout: Site;
  readonly drop: string;
  readonly skus: readonly string[];
  readonly perShopperLimit: number;
  /** When it is aborted everybody goes home. */
  readonly over: AbortSignal;
  readonly memory: Memory;
  readonly nextManner: () => Manner;
  /** How long shoppers think, as a multiple of a hurried one. */
  readonly pace: number;
  /** Where attackers meet their victims. */
  readonly meeting?: Meeting;
}

/** What shoppers leave behind, for the judge. */
export interface Memory {
  /** Public numbers of tickets that were given out. */
  readonly issued: Set<string>;
  readonly wantedToLeave: Set<string>;
  /** Public numbers of those who have been given a token. */
  readonly admitted: Set<string>;
  /** Orders that shoppers were told of. */
  readonly orders: Set<string>;
  /** Tickets, tokens, secrets, credentials, keys and addresses: none of it may stand in a log. */
  readonly secrets: Set<string>;
  /** How many shoppers are in the checkout right now. */
  inside: number;
}

export function createMemory(): Memory {
  return {
    issued: new Set(),
    wantedToLeave: new Set(),
    admitted: new Set(),
    orders: new Set(),
    secrets: new Set(),
    inside: 0,
  };
}
