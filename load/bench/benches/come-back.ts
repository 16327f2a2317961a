/**
 * Redis is emptied in the middle of a drop while 20,000 wait, and neither checkout nor control plane is there any more (promise 5):
 * how long until everybody is back, whether the order is the one from before, and whether promises 1 to 3 held all the while.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { createDrop, waitForPhase } from '../../lib/drops.ts';
import { tauDistance } from '../../lib/tau-distance.ts';
import { grantsOf, type LogLine, parseLogEntry } from '../../play/judge/log-line.ts';
import { findOrderInversions } from '../../play/judge/order-inversions.ts';
import { judgeRate } from '../../play/judge/rate-bound.ts';
import { judgeSessions } from '../../play/judge/sessions-inside.ts';
import { createSite, loopback, type Site } from '../../play/web/site.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { createCrowd, type Returning } from '../returning-crowd.ts';
import { rounded } from '../statistics.ts';

const DROP = 'bench-come-back';
const RATE_PER_MINUTE = 600;
/** Both instances have a copy of every join by then: they read twice a second. */
const COPIED_MS = 1500;
/** Beyond the spread: two seconds in which copies are offered, a poll of the pulse, and some to spare (2.9). */
const BEYOND_SPREAD_SECONDS = 30;
const PROBE_EVERY_MS = 100;
/** So long after a loss copies are collected and nobody enters: whoever has a token by then was given it before. */
const COLLECTING_MS = 2000;
/** After everybody is back the drop goes on for so long, to be judged too. */
const AFTERWARDS_MS = 5000;

const FULL = { waiting: 20_000, near: 1200, inside: 500, before: 50, returnSpreadSeconds: 30 };
const SHORT = { waiting: 2000, near: 300, inside: 100, before: 20, returnSpreadSeconds: 5 };

export const comeBack: Bench = {
  name: 'come-back',
  summary: 'Redis is emptied while 20,000 wait: seconds until all are back, each at their own place',
  services: { rooms: 2 },
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, redis, isShort, note } = context;
  const size = isShort ? SHORT : FULL;
  const over = new AbortController();
  const room = createSite(stack.rooms.map(({ url }) => loopback(url)));
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(),
    admission: {
      ...{ lobby: 'fifo', lobbySeconds: 0, ratePerMinute: RATE_PER_MINUTE, maxSessions: size.inside },
      // The checkout is gone for good: nothing but rate and sessions bounds the entries.
      ...{ stockBound: 'off', returnSpreadSeconds: size.returnSpreadSeconds },
    },
    products: [{ sku: 'unit', stock: 100_000 }],
  });
  for (const { url } of stack.rooms) await waitForPhase(loopback(url), DROP, ['open']);

  const crowd = createCrowd({
    room,
    drop: DROP,
    over: over.signal,
    returnSpreadMs: size.returnSpreadSeconds * 1000,
  });
  const shoppers = await gatherInOrder(redis, () => crowd.gather(size.waiting));
  note(`${shoppers.length.toLocaleString('en')} shoppers wait`);
  const waiting = crowd.wait(shoppers, size.near);
  waiting.catch((error) => over.abort(error));
  await until(over.signal, () => shoppers.filter(isAdmitted).length >= size.before);
  for (const service of [...stack.checkouts, ...(stack.admin ? [stack.admin] : [])])
    await stack.kill(service);
  await sleep(COPIED_MS);

  // Before it is emptied: on a busy machine its answer takes a while.
  const emptiedAt = performance.now();
  const emptiedAtMs = Date.now();
  const before = await emptyRedis(redis);
  const closing = probe(room, over.signal, emptiedAt);
  const knows = await untilKnown(redis, shoppers, over.signal);
  const backSeconds = (performance.now() - emptiedAt) / 1000;
  note(`all back after ${rounded(backSeconds, 3)} s`);
  await until(over.signal, async () => (await pulseOf(room)).phase === 'open');
  await sleep(AFTERWARDS_MS);
  const closed = await closing;
  over.abort();
  await waiting;

  const after = await readLine(redis);
  const log = [...before.log, ...after.log];
  const held = new Set(
    shoppers.filter((one) => (one.admittedAtMs ?? Infinity) < emptiedAtMs + COLLECTING_MS).map(numberOf),
  );
  const figures = {
    kendallTau: tauDistance(before.waiting, after.waiting),
    moved: after.waiting.filter(
      (number) => before.orders.has(number) && before.orders.get(number) !== after.orders.get(number),
    ).length,
    lost: shoppers.length - knows,
    orderInversions: findOrderInversions(before.log).length + findOrderInversions(goingOn(after.log)).length,
    rateBoundViolations: judgeRate(
      grantsOf(log).map(({ us }) => us),
      { ratePerMinute: RATE_PER_MINUTE, burst: Math.max(1, RATE_PER_MINUTE / 60) },
    ).total,
    maxSessionsViolations: judgeSessions(log, size.inside).maxSessionsViolations,
    enteredTwice: grantsOf(after.log).filter(({ number }) => held.has(number)).length,
    joinsWhileClosed: closed.joined,
    answersUnclear: closed.unclear,
  };
  await room.close();
  const broken = Object.entries(figures).filter(([, count]) => count > 0);
  if (broken.length > 0)
    throw new Error(`promises were broken: ${JSON.stringify(Object.fromEntries(broken))}`);
  return {
    ratio: null,
    value: rounded(backSeconds, 3),
    baseline: null,
    unit: 's until all are back',
    cpuRatio: null,
    storeCpuUs: null,
    bars: { enteredWhileReturning: 1 },
    limits: {
      backSeconds: size.returnSpreadSeconds + BEYOND_SPREAD_SECONDS,
      closedAnswerMsMax: 1000,
      kendallTau: 0,
    },
    backSeconds: rounded(backSeconds, 3),
    ...{ waiting: shoppers.length, returnSpreadSeconds: size.returnSpreadSeconds },
    closedSeconds: rounded(closed.closedMs / 1000, 3),
    closedAnswerMsMax: Math.round(closed.answerMsMax),
    enteredBefore: grantsOf(before.log).length,
    enteredWhileReturning: grantsOf(after.log).length,
    ...figures,
  };
}

const isAdmitted = ({ admittedAtMs }: Returning) => admittedAtMs !== undefined;
const numberOf = ({ number }: Returning) => number;

/** Joins answered side by side come back in any order; here they stand as in the line. */
async function gatherInOrder(redis: Redis, gather: () => Promise<Returning[]>): Promise<Returning[]> {
  const byNumber = new Map((await gather()).map((shopper) => [shopper.number, shopper]));
  const line = await redis.zrange(`wr:{${DROP}}:waiting`, '0', '-1');
  return line.flatMap((number) => byNumber.get(number) ?? []);
}

interface Line {
  /** Public numbers, first in line first. */
  readonly waiting: readonly string[];
  readonly orders: ReadonlyMap<string, number>;
  readonly log: readonly LogLine[];
}

/** At one moment, and then everything is gone: what was decided in between would be nobody's to judge. */
function emptyRedis(redis: Redis): Promise<Line> {
  return readLine(redis, true);
}

async function readLine(redis: Redis, andEmpty = false): Promise<Line> {
  const asking = redis
    .multi()
    .zrange(`wr:{${DROP}}:waiting`, '0', '-1', 'WITHSCORES')
    .xrange(`wr:{${DROP}}:log`, '-', '+');
  const answers = await (andEmpty ? asking.flushdb() : asking).exec();
  const [members = [], entries = []] = (answers ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply;
  }) as [string[], [string, string[]][]];
  const orders = new Map<string, number>();
  for (let at = 0; at < members.length; at += 2) orders.set(members[at] as string, Number(members[at + 1]));
  return { waiting: [...orders.keys()], orders, log: entries.flatMap(([, fields]) => parseLogEntry(fields)) };
}

/** The log of a drop that had begun before: its first call goes on from a frontier that this log does not tell of. */
function goingOn(log: readonly LogLine[]): readonly LogLine[] {
  const first = log.find((line) => line.kind === 'call');
  if (first === undefined || first.from === 0) return log;
  return [{ kind: 'call', us: 0, from: 0, to: first.from }, ...log];
}

/** Resolves when every shopper is somewhere in the queue again; answers how many are. */
async function untilKnown(redis: Redis, shoppers: readonly Returning[], over: AbortSignal): Promise<number> {
  const numbers = shoppers.map(numberOf);
  let known = 0;
  await until(over, async () => {
    const cards = await Promise.all(
      ['waiting', 'present', 'sessions', 'spent'].map((set) => redis.zcard(`wr:{${DROP}}:${set}`)),
    );
    // Those who probe have places too, so counting alone is not enough.
    if (cards.reduce((sum, count) => sum + count, 0) < numbers.length) return false;
    known = await countKnown(redis, numbers);
    return known === numbers.length;
  });
  return known;
}

async function countKnown(redis: Redis, numbers: readonly string[]): Promise<number> {
  const missing = new Set(numbers);
  for (const set of ['waiting', 'present', 'sessions', 'spent'])
    for (const number of await redis.zrange(`wr:{${DROP}}:${set}`, '0', '-1')) missing.delete(number);
  return numbers.length - missing.size;
}

/**
 * Newcomers who try again and again from the moment of the loss: each must be told clearly, within a second, that the room is
 * closed, until one is taken.
 */
async function probe(room: Site, over: AbortSignal, emptiedAt: number) {
  let answerMsMax = 0;
  let unclear = 0;
  for (let at = 0; !over.aborted; at++) {
    const askedAt = performance.now();
    const answer = await room
      .ask({
        method: 'POST',
        path: `/v1/drops/${DROP}/tickets`,
        address: '192.0.2.99',
        json: {},
        instance: at,
      })
      .catch(() => undefined);
    answerMsMax = Math.max(answerMsMax, performance.now() - askedAt);
    if (answer?.status === 201) break;
    if (answer?.status !== 503 || answer.retryAfterMs === 0) unclear++;
    await sleep(PROBE_EVERY_MS);
  }
  const closedMs = performance.now() - emptiedAt;
  // A place given earlier would be one in a line that nobody has restored.
  return { closedMs, answerMsMax, unclear, joined: closedMs < COLLECTING_MS ? 1 : 0 };
}

async function pulseOf(room: Site): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await room.ask({ method: 'GET', path: `/v1/drops/${DROP}/pulse`, address: '192.0.2.99' });
  return body;
}

/** @throws what ended it first (its reason), or Error after two minutes */
async function until(over: AbortSignal, condition: () => boolean | Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + 120_000;
  while (!(await condition())) {
    over.throwIfAborted();
    if (performance.now() > endsAt) throw new Error('the drop did not get that far');
    await sleep(250);
  }
}
