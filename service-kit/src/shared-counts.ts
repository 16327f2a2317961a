/**
 * Counts of a rate limit that all instances share through Redis, without a request ever waiting for Redis: each
 * instance decides by what it last heard plus what it has counted since. Redis slow or gone: it decides by its own count.
 */
import { readFileSync } from 'node:fs';
import type { RateLimitOptions } from '@fastify/rate-limit';
import type { Redis } from 'ioredis';

/** How often instances tell each other. */
const SYNC_EVERY_MS = 250;
/**
 * A key is told once it has used this part of what was left of its limit when it was last heard of. So a crowd that stays far below
 * costs Redis nothing, a busy one little, and each instance is out by this part of the limit at most.
 */
const TOLD_FROM = 0.1;
/** Keys told in one call: the script's bound. */
const TOLD_AT_ONCE = 500;
/** Keys of one window kept in memory; beyond that the window starts anew rather than exhaust memory. */
const KEYS_MAX = 200_000;

const addCounts = readFileSync(new URL('../lua/add-counts.lua', import.meta.url), 'utf8');

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
  let syncing: Promise<void> | undefined;

  /** One round at a time. A failure changes nothing: what is untold stays untold and is told the next time. */
  function sync(): Promise<void> {
    syncing ??= Promise.allSettled(synced.map((tell) => tell())).then(() => {
      syncing = undefined;
    });
    return syncing;
  }
  const timer = setInterval(sync, SYNC_EVERY_MS).unref();

  function createStore(name: string): CountStore {
    let counts = new Map<string, Count>();
    let due = new Map<string, Count>();
    let window = -1;
    let windowMs = 0;
    let limitMax = 0;

    const isDue = ({ untold, told }: Count) => untold > 0 && untold >= (limitMax - told) * TOLD_FROM;

    function enterWindow(index: number, lengthMs: number): void {
      if (index === window && counts.size < KEYS_MAX) return;
      counts = new Map();
      due = new Map();
      window = index;
      windowMs = lengthMs;
    }

    /** All of one window lie in one hash: one key, so in a Cluster one server. */
    async function tell(keys: [string, Count][], from: Map<string, Count>): Promise<void> {
      const units = keys.map(([, { untold }]) => untold);
      const pairs = keys.flatMap(([key, { untold }]) => [key, untold]);
      const totals = (await redis.eval(addCounts, 1, `${name}:${window}`, windowMs, ...pairs)) as number[];
      for (const [at, [key, count]] of keys.entries()) {
        count.told = totals[at] as number;
        count.untold -= units[at] as number;
        if (!isDue(count)) from.delete(key);
      }
    }

    synced.push(async () => {
      const from = due;
      const keys = [...from];
      const calls = [];
      for (let at = 0; at < keys.length; at += TOLD_AT_ONCE)
        calls.push(tell(keys.slice(at, at + TOLD_AT_ONCE), from));
      await Promise.allSettled(calls);
    });

    return {
      incr(key, callback, lengthMs, max) {
        const time = now();
        limitMax = max;
        enterWindow(Math.floor(time / lengthMs), lengthMs);
        let count = counts.get(key);
        if (count === undefined) {
          count = { untold: 0, told: 0 };
          counts.set(key, count);
        }
        count.untold++;
        if (isDue(count)) due.set(key, count);
        callback(null, { current: count.told + count.untold, ttl: lengthMs - (time % lengthMs) });
      },
      child: ({ routeInfo }) => storeOf(routeInfo.method, routeInfo.url),
    };
  }

  function storeOf(method: string, url: string): CountStore {
    const name = `limit:{${method} ${url}}`;
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

  return { store: createStore('limit:{}'), limit, sync, close: () => clearInterval(timer) };
}
