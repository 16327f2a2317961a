/**
 * Counts of a rate limit that all instances share through Redis, without a request ever waiting for Redis: each
 * instance decides by what it last heard plus what it has counted since. Redis slow or gone: it decides by its own count.
 */
import type { RateLimitOptions } from '@fastify/rate-limit';
import type { Redis } from 'ioredis';

/** How often instances tell each other; what one address can overrun a limit by meanwhile is one such interval. */
const SYNC_EVERY_MS = 250;
/**
 * A key is shared once it has used this part of its limit here. Below that it is no suspect, and a crowd in which each
 * asks twice costs Redis nothing; ten instances can be overrun by the limit once more at worst.
 */
const SHARED_FROM = 0.1;
/** Keys of one window kept in memory; beyond that the window starts anew rather than exhaust memory. */
const KEYS_MAX = 200_000;

interface Count {
  /** Counted here and not yet told. */
  untold: number;
  /** What all instances had counted when last heard, ours included. */
  told: number;
}

/** As `@fastify/rate-limit` expects a store. */
export interface CountStore {
  incr(
    key: string,
    callback: (error: Error | null, result?: { current: number; ttl: number }) => void,
    windowMs: number,
    max: number,
  ): void;
  child(route: RateLimitOptions & { routeInfo: { method: string; url: string } }): CountStore;
}

/** A route as its limit has it. */
export interface LimitedRoute {
  readonly method: string;
  /** The router's pattern. */
  readonly url: string;
  readonly max: number;
  readonly windowMs: number;
}

/** Counts one request of a key: 0, or for how many ms it has to wait because it was one too many. */
export type TakeOne = (key: string) => number;

export interface SharedCountsOptions {
  readonly redis: Redis;
  /** Milliseconds since the epoch; instances should roughly agree. Default `Date.now`. */
  readonly now?: () => number;
}

export type SharedCounts = ReturnType<typeof createSharedCounts>;

/**
 * Makes the store; `close` ends its timer. `limit` counts a route's requests that are answered before the router, in the same
 * counts as the router's.
 */
export function createSharedCounts({ redis, now = Date.now }: SharedCountsOptions) {
  const synced: (() => Promise<void>)[] = [];
  const routes = new Map<string, CountStore>();
  let syncing = false;

  async function sync(): Promise<void> {
    if (syncing) return;
    syncing = true;
    // A failure changes nothing: what is untold stays untold and is told the next time.
    await Promise.allSettled(synced.map((tell) => tell()));
    syncing = false;
  }
  const timer = setInterval(sync, SYNC_EVERY_MS).unref();

  function createStore(name: string): CountStore {
    let counts = new Map<string, Count>();
    const suspects = new Map<string, Count>();
    let window = -1;
    let windowMs = 0;

    function enterWindow(index: number, lengthMs: number): void {
      if (index === window && counts.size < KEYS_MAX) return;
      counts = new Map();
      suspects.clear();
      window = index;
      windowMs = lengthMs;
    }

    synced.push(async () => {
      if (suspects.size === 0) return;
      const of = window;
      const told = [...suspects].map(([key, count]) => ({
        key: `${name}${key}:${of}`,
        count,
        units: count.untold,
      }));
      // One by one: in a Cluster the keys lie on different servers.
      await Promise.allSettled(
        told.map(async ({ key, count, units }) => {
          const total = redis.incrby(key, units);
          const kept = redis.pexpire(key, windowMs);
          kept.catch(() => {}); // the next time
          count.told = Number(await total);
          count.untold -= units;
        }),
      );
    });

    return {
      incr(key, callback, lengthMs, max) {
        const time = now();
        enterWindow(Math.floor(time / lengthMs), lengthMs);
        let count = counts.get(key);
        if (count === undefined) {
          count = { untold: 0, told: 0 };
          counts.set(key, count);
        }
        count.untold++;
        if (count.untold >= max * SHARED_FROM || count.told > 0) suspects.set(key, count);
        callback(null, { current: count.told + count.untold, ttl: lengthMs - (time % lengthMs) });
      },
      child: ({ routeInfo }) => storeOf(routeInfo.method, routeInfo.url),
    };
  }

  function storeOf(method: string, url: string): CountStore {
    const name = `limit:${method} ${url} `;
    let store = routes.get(name);
    if (store === undefined) {
      store = createStore(name);
      routes.set(name, store);
    }
    return store;
  }

  function limit({ method, url, max, windowMs }: LimitedRoute): TakeOne {
    const store = storeOf(method, url);
    let waitMs = 0;
    const judge = (_error: Error | null, result?: { current: number; ttl: number }) => {
      waitMs = result && result.current > max ? result.ttl : 0;
    };
    return (key) => {
      store.incr(key, judge, windowMs, max); // answers at once
      return waitMs;
    };
  }

  return { store: createStore('limit:'), limit, sync, close: () => clearInterval(timer) };
}
