/** The queue of every drop on one Redis: composes joins, check-ins, ticks, views and the pulse, and starts and ends them. */
import type { KeyObject } from 'node:crypto';
import { anotherConnection, type Metrics, untilReached } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Redis } from 'ioredis';
import { drawnOrder } from '../domain/draw.ts';
import { Archived } from './archived.ts';
import { checkEviction } from './check-eviction.ts';
import { CheckIns } from './check-in.ts';
import { CodeUses } from './code-uses.ts';
import { Commands, isUnavailable } from './commands.ts';
import { Copies } from './copies.ts';
import { Draws } from './draws.ts';
import { Gone } from './gone.ts';
import { HandedOut } from './handed-out.ts';
import { Healing } from './healing.ts';
import { HealingFiles } from './healing-files.ts';
import { Heartbeat } from './heartbeat.ts';
import { Joins } from './join.ts';
import { leaseEntries } from './leases.ts';
import { Logos } from './logos.ts';
import { Notices } from './notices.ts';
import { PulsePublisher } from './pulse-publisher.ts';
import type { Queue } from './queue.ts';
import { Replicas } from './replicas.ts';
import { Returns } from './returns.ts';
import { Revocations } from './revocations.ts';
import { Rosters } from './rosters.ts';
import { Seeds } from './seeds.ts';
import { extendCall, readStanding } from './standing.ts';
import { readStockPicture, writeStockPicture } from './stock-picture.ts';
import { Ticker } from './ticker.ts';
import { Views } from './views.ts';

/** The longest hold there is, for a drop whose policy is not known here yet. */
const HOLD_US_MAX = 3_600_000_000;

/** Joins a minute that one address may make: a campus or carrier behind one address fits, a machine does not get far. */
const JOINS_PER_ADDRESS_PER_MINUTE = 3000;

export interface QueueOptions {
  readonly redis: Redis;
  /** For connections of its own, such as the one that reads a roster. */
  readonly redisUrl: string;
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
  /** Unique among the instances: who holds the lease on a pulse. */
  readonly instanceId: string;
  /** Where this instance keeps its copies of the drops, sealed with the key; without it they are in memory only (Q25). */
  readonly healing?: { readonly folder: string; readonly key: KeyObject } | undefined;
  /** Stands in for lua/lib/clock.lua in tests. */
  readonly clockFile?: URL;
}

export interface RunningQueue extends Queue {
  /**
   * Waits for Redis, reads every drop once, then keeps ticking and reading until closed.
   * @throws ConfigError when Redis may evict keys (Q5)
   */
  start(): Promise<void>;
  /** Ends ticks and reads; the connection stays the caller's. */
  close(): Promise<void>;
}

export function createQueue({
  redis,
  redisUrl,
  log,
  metrics,
  instanceId,
  healing,
  clockFile,
}: QueueOptions): RunningQueue {
  const grants = anotherConnection(redis);
  grants.on('error', () => {}); // the first connection tells of it
  const commands = new Commands(redis, clockFile, grants);
  const seeds = new Seeds(redis);
  const copies = new Copies();
  const handedOut = new HandedOut();
  const codeUses = new CodeUses();
  const gone = new Gone(redis);
  const archived = new Archived(redis);
  const files = healing && new HealingFiles({ ...healing, copies, handedOut, codeUses, log });
  const healer = new Healing({
    redis,
    commands,
    copies,
    handedOut,
    codeUses,
    archived,
    log,
    onHealed: (drop) => void views.refreshDrop(drop),
  });
  commands.onLost = (drop) => {
    healer.begin(drop);
    return copies.get(drop) !== undefined;
  };
  const refreshListeners: (() => void)[] = [];
  const replicas = new Replicas(grants);
  const draws = new Draws({ redis, redisUrl, commands, instanceId, log });
  const rosters = new Rosters(redis);
  const logos = new Logos(redis);
  const notices = new Notices(redis);
  const revocations = new Revocations(redis);
  const ticker: Ticker = new Ticker({ commands, draws, log, metrics, viewOf: (drop) => views.get(drop) });
  const views: Views = new Views({
    redis,
    commands,
    seeds,
    copies,
    gone,
    archived,
    onLost: (drop) => healer.begin(drop),
    onGone: (drop) => {
      handedOut.forget(drop);
      codeUses.forget(drop);
      rosters.forget(drop);
      revocations.forget(drop);
      replicas.forget(drop);
      files?.forget(drop).catch((error: unknown) => log.error({ err: error, drop }, 'healing files stay'));
    },
    log,
    limitedBy: (drop) => ticker.limitedBy(drop),
    onRefresh: () => {
      for (const { drop } of views.all()) ticker.consider(drop);
      for (const listener of refreshListeners) listener();
    },
  });
  const publisher = new PulsePublisher({ commands, instanceId, log, views });
  const heartbeat = new Heartbeat({ redis, instanceId, views: () => views.all(), log });
  const joins = new Joins({
    commands,
    seeds,
    isOpened: (drop) => (views.get(drop)?.openedUs ?? 0) > 0,
    joinsPerAddressPerMinute: JOINS_PER_ADDRESS_PER_MINUTE,
    onJoined: (drop) => ticker.wake(drop),
    onCodeUsed: (drop, use) => codeUses.used(drop, use),
  });
  const returns = new Returns({ commands, seeds, rosters });
  const checkIns = new CheckIns({
    commands,
    entriesPerSecond: (drop) => {
      const view = views.get(drop);
      return (view?.outflowPerMinute || view?.ratePerMinute || 0) / 60;
    },
    acknowledge: (drop) => replicas.acknowledge(drop),
    onGranted: (drop, number, grant) =>
      handedOut.granted(drop, number, grant, views.get(drop)?.holdUs ?? HOLD_US_MAX),
  });

  const leasing = {
    commands,
    handedOut,
    holdUs: (drop: string) => views.get(drop)?.holdUs ?? HOLD_US_MAX,
    acknowledge: (drop: string) => replicas.acknowledge(drop),
  };

  return {
    async start() {
      await reached(() => checkEviction(redis));
      await reached(async () => void (await grants.ping()));
      await files?.start();
      for (const drop of copies.drops()) {
        const seed = copies.get(drop)?.seed;
        if (seed) seeds.recall(drop, seed);
      }
      await reached(() => views.refresh());
      for (const { drop } of views.all()) ticker.consider(drop);
      views.run();
      publisher.run();
      heartbeat.run();
    },
    async close() {
      await heartbeat.close();
      await Promise.all([views.close(), publisher.close(), ticker.close(), draws.close(), healer.close()]);
      await files?.close();
      grants.disconnect();
    },
    join: (drop, request) => joins.add(drop, request),
    checkIn: (drop, request) => checkIns.add(drop, request),
    comeBack: (drop, request) => returns.add(drop, request),
    standing: (drop, number, epoch = '') => readStanding(commands, drop, number, epoch),
    extend: (drop, number) => extendCall(commands, drop, number),
    async leave(drop, number) {
      const [, , left] = await commands.run('leave-queue', drop, [number]);
      return left === 1;
    },
    lease: (drop, request) => leaseEntries(leasing, drop, request),
    async endSessions(drop, ended) {
      const args = ended.flatMap(({ jti, reason }) => [jti, reason]);
      await commands.run('end-sessions', drop, args);
      for (const { jti, reason } of ended) handedOut.ended(drop, jti, reason);
    },
    async reportCapacity(drop, { seq, sellable, held, inside, insideWithoutHold, opened, ...rest }) {
      const { latencyMs, errorRate, breaker, poolWaitMs } = rest;
      const vitals = { latencyMs, errorRate, breaker, poolWaitMs };
      const args = [seq, sellable, held, inside, insideWithoutHold, JSON.stringify(vitals), ...opened];
      const [status] = await commands.run('report-capacity', drop, args);
      return status === 'ok';
    },
    drawnOrder(drop, number, ticketClass) {
      const view = views.get(drop);
      if (view?.seed == null) return null;
      const seed = seeds.known(drop, view.commit);
      return seed && drawnOrder(seed.key, number, ticketClass);
    },
    roster: (drop) => rosters.head(drop),
    rosterPage: (drop, index) => rosters.page(drop, index),
    lateTickets: (drop, from, max) => rosters.late(drop, from, max),
    notices,
    logo: (hash) => logos.read(hash),
    isArchived: (drop) => archived.has(drop),
    revocations: (drop) => revocations.read(drop),
    hasGone: (drop, number) => gone.has(drop, number),
    publishStock: (drop, picture) => writeStockPicture(redis, drop, JSON.stringify(picture)),
    stockPicture: (drop, known) => readStockPicture(redis, drop, known),
    view: (drop) => views.get(drop),
    views: () => views.all(),
    onRefreshed: (listener) => void refreshListeners.push(listener),
  };
}

/** A Redis that has not answered, or is not known to be whole, is waited for. */
const reached = (act: () => Promise<void>): Promise<void> => untilReached(act, undefined, isUnavailable);
