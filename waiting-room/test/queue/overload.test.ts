/** More than one instance can write down in time: the excess is told so at once, everybody else is served. */
import { createLogger, createMetrics, Problem } from '@sluice/service-kit';
import { createTestRedis, waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createQueue, type RunningQueue } from '../../src/queue/create-queue.ts';
import { EVERYONE } from '../../src/queue/queue.ts';
import { createDrop, newBind, newTicket } from '../support/drop.ts';

/** Joins, and check-ins, that may wait in one process (README, docs/architecture.md). */
const JOINS_MAX = 40_000;
const CHECK_INS_MAX = 20_000;
const EXCESS = 1000;

let redis: Redis;
let queue: RunningQueue;
let drop: string;

beforeEach(async () => {
  const url = await createTestRedis();
  redis = new Redis(url);
  const log = createLogger({ name: 'waiting-room', level: 'silent', pretty: false, instance: 'test' });
  const metrics = createMetrics({ service: 'waiting-room', instance: 'test' });
  queue = createQueue({ redis, redisUrl: url, log, metrics, instanceId: 'test' });
  drop = await createDrop(redis, { policy: { max_waiting: 1_000_000, rate_per_minute: 60_000 } });
  await queue.start();
});
afterEach(async () => {
  await queue.close();
  redis.disconnect();
});

const join = (ticket = newTicket()) =>
  queue.join(drop, {
    ...ticket,
    class: EVERYONE,
    addressDigest: ticket.number.slice(0, 12),
  });

/** Which of them were turned away, by place, in the order in which that became known; and what the others were told. */
async function outcomesOf<T>(asked: readonly Promise<T>[]) {
  const shed: number[] = [];
  const served: T[] = [];
  const reasons: unknown[] = [];
  await Promise.all(
    asked.map((one, at) =>
      one.then(
        (outcome) => void served.push(outcome),
        (reason: unknown) => {
          // Whoever is turned away knows it before anybody who waits is served.
          expect(served.length).toBe(0);
          shed.push(at);
          reasons.push(reason);
        },
      ),
    ),
  );
  return { shed, served, reasons };
}

function expectClearRefusal(reason: unknown): void {
  expect(reason).toBeInstanceOf(Problem);
  expect(reason).toMatchObject({ status: 503, type: 'store-unavailable', retryAfterSeconds: 1 });
}

test('promise 9: joins beyond what can be written down in time are shed at once, 503 with Retry-After; the called still enter', async () => {
  const called = newTicket();
  await join(called);
  await waitUntil(async () => (await queue.standing(drop, called.number)).standing === 'waiting');
  const crowd = Array.from({ length: JOINS_MAX + EXCESS }, () => newTicket());
  const asked = outcomesOf(crowd.map((ticket) => join(ticket)));
  const bind = newBind();
  const entering = waitUntil(async () => {
    const outcome = await queue.checkIn(drop, { number: called.number, bind });
    return outcome.status === 'granted';
  });
  const { shed, served, reasons } = await asked;
  expect(shed).toEqual(Array.from({ length: EXCESS }, (_, at) => JOINS_MAX + at));
  for (const reason of reasons) expectClearRefusal(reason);
  expect(served).toHaveLength(JOINS_MAX);
  expect(served.every(({ status }) => status === 'joined')).toBe(true);
  expect(await entering).toBe(true);
  // The storm is over: whoever comes again is taken.
  expect(await join(crowd.at(-1))).toMatchObject({ status: 'joined', repeated: false });
}, 60_000);

test('promise 9: check-ins beyond what can be decided in time are shed at once, 503 with Retry-After; joins and those inside go on', async () => {
  const inside = newTicket();
  await join(inside);
  const bind = newBind();
  await waitUntil(
    async () => (await queue.checkIn(drop, { number: inside.number, bind })).status === 'granted',
  );
  const asked = outcomesOf(
    Array.from({ length: CHECK_INS_MAX + EXCESS }, () =>
      queue.checkIn(drop, { number: newTicket().number, bind }),
    ),
  );
  const others = Promise.all([join(), queue.standing(drop, inside.number)]);
  const { shed, served, reasons } = await asked;
  expect(shed).toEqual(Array.from({ length: EXCESS }, (_, at) => CHECK_INS_MAX + at));
  for (const reason of reasons) expectClearRefusal(reason);
  expect(served).toHaveLength(CHECK_INS_MAX);
  const [joined, standing] = await others;
  expect(joined.status).toBe('joined');
  expect(standing.standing).toBe('entered');
}, 60_000);
