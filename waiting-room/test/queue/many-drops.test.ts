/** Many drops on one Redis: idle ones cost nothing, a busy one does not hold up another. */
import { createLogger, createMetrics } from '@sluice/service-kit';
import { createTestRedis, waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TICK_MS } from '../../src/domain/tick-cadence.ts';
import { createQueue, type RunningQueue } from '../../src/queue/create-queue.ts';
import { dropKeys } from '../../src/queue/keys.ts';
import { EVERYONE } from '../../src/queue/queue.ts';
import { createDrop, newTicket, readLog, tune } from '../support/drop.ts';

let redis: Redis;
let queue: RunningQueue;
const log = createLogger({ name: 'waiting-room', level: 'silent', pretty: false, instance: 'test' });

beforeEach(async () => {
  const url = await createTestRedis();
  redis = new Redis(url);
  const metrics = createMetrics({ service: 'waiting-room', instance: 'test' });
  queue = createQueue({ redis, redisUrl: url, log, metrics, instanceId: 'test' });
});
afterEach(async () => {
  await queue.close();
  redis.disconnect();
});

const join = (drop: string) =>
  queue.join(drop, { ...newTicket(), class: EVERYONE, addressDigest: 'address' });

/** What a tick leaves behind: the drop's clock was looked at. */
const ticked = async (drop: string) => (await redis.hget(dropKeys(drop).control, 'clock_seen_us')) !== null;

test('2.6: of a hundred scheduled drops none is ticked while three are live, and an empty open one only once', async () => {
  const scheduled = await Promise.all(
    Array.from({ length: 100 }, () => createDrop(redis, { opensInMs: 3_600_000, lobbyMs: 60_000 })),
  );
  const empty = await createDrop(redis);
  const live = await Promise.all([createDrop(redis), createDrop(redis), createDrop(redis)]);
  await queue.start();
  expect([...queue.views()]).toHaveLength(104);
  for (const drop of live) for (let i = 0; i < 3; i++) await join(drop);
  for (const drop of live) {
    await waitUntil(async () => (await readLog(redis, drop)).some(({ k }) => k === 'call'));
  }
  // The empty drop was opened, as its time had come; then there is nothing to do for it.
  await waitUntil(() => queue.view(empty)?.openedUs);
  // A view that was being read as it opened may have asked for one tick more: the next one has not.
  const opened = queue.view(empty);
  await waitUntil(() => queue.view(empty) !== opened);
  const seen = await redis.hget(dropKeys(empty).control, 'clock_seen_us');
  const before = await redis.hget(dropKeys(live[0] as string).control, 'clock_seen_us');
  await waitUntil(async () => {
    const now = await redis.hget(dropKeys(live[0] as string).control, 'clock_seen_us');
    return Number(now) > Number(before) + 3_000_000;
  });
  expect(await redis.hget(dropKeys(empty).control, 'clock_seen_us')).toBe(seen);
  for (const drop of scheduled) expect(await ticked(drop)).toBe(false);
  // A shopper who comes to the empty drop wakes it.
  await join(empty);
  await waitUntil(async () => (await readLog(redis, empty)).some(({ k }) => k === 'call'));
});

test('2.6: a storm of joins and check-ins on one drop holds another’s ticks up little', async () => {
  const [stormy, calm] = await Promise.all([createDrop(redis), createDrop(redis)]);
  await tune(redis, stormy, { rate_per_minute: 600_000, max_waiting: 5_000_000 });
  await queue.start();
  for (let i = 0; i < 3; i++) await join(calm);
  await tune(redis, calm, { rate_per_minute: 0 });
  let storming = true;
  const storm = (async () => {
    while (storming) {
      const tickets = Array.from({ length: 1000 }, newTicket);
      // Whoever is told to come later is part of the storm, too.
      await Promise.allSettled(
        tickets.map((ticket) =>
          queue.join(stormy, {
            ...ticket,
            class: EVERYONE,
            addressDigest: ticket.number.slice(0, 12),
          }),
        ),
      );
      await Promise.allSettled(
        tickets.map(({ number }) => queue.checkIn(stormy, { number, bind: 'b'.repeat(43) })),
      );
    }
  })();
  const seenUs = new Set<number>();
  await waitUntil(
    async () => {
      seenUs.add(Number(await redis.hget(dropKeys(calm).control, 'clock_seen_us')));
      return seenUs.size > 20;
    },
    { timeoutMs: 50_000 },
  );
  storming = false;
  await storm;
  const times = [...seenUs].sort((a, b) => a - b);
  const gaps = times.slice(1).map((us, i) => (us - (times[i] as number)) / 1000);
  const latest = Math.max(...gaps) - TICK_MS;
  console.log(
    `a tick of the calm drop came at most ${Math.round(latest)} ms late (this process makes the storm as well)`,
  );
  expect(gaps.length).toBeGreaterThanOrEqual(20);
  expect(Number(await redis.hget(dropKeys(stormy).control, 'joined_total'))).toBeGreaterThan(0);
}, 90_000);
