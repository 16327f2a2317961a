/** What the bench `opening` and its crowds, each a process of its own, say to each other. */

export interface CrowdOrder {
  /**
   * join: everybody joins, again and again until it worked. place: everybody was in the lobby, asks for the place, and then
   * as often as the room says, until the end.
   */
  readonly wants: 'join' | 'place';
  /** Instances; connections are spread over them and stand before the opening. */
  readonly ports: readonly number[];
  readonly connections: number;
  /** Written by `saveRequests`; shopper n sends text n, every time. */
  readonly requestsFile: string;
  readonly shoppers: number;
  /** When they come after the opening: exponential with that mean, five means at the most; or evenly within so many ms. */
  readonly comeWithin: { readonly meanMs: number } | { readonly spreadMs: number };
  /** Milliseconds since the epoch. */
  readonly opensAtMs: number;
  readonly endsAtMs: number;
  /** Public numbers of those who joined, a line each. */
  readonly collectFile?: string;
}

export interface CrowdResult {
  readonly shoppers: number;
  /** Joined; or told a place. */
  readonly served: number;
  readonly servedAtFirst: number;
  /** From when they came until they were served, with all retries and the waiting for a connection. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** From the opening until the last one was served. */
  readonly lastServedMs: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Null: all connections stand. */
export type CrowdAnswer =
  | { readonly ok: true; readonly result: CrowdResult | null }
  | { readonly ok: false; readonly message: string };
