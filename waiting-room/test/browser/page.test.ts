/** The waiting page in a real browser: where it asks, and that a place survives whatever happens (Q20-Q22, Q26). */
import { waitUntil } from '@sluice/service-kit/testing';
import { expect, test } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { enter, joinCrowd, lineOf, type Shopper } from '../support/crowd.ts';
import { createDrop, newTicket, tune } from '../support/drop.ts';
import { setStage } from './support/stage.ts';
import type { Visitor } from './support/visitor.ts';

const stage = setStage();

/** Has a page look now, as it does when the network comes back: far back it sleeps for half a minute. */
const wake = ({ page }: Visitor) => page.evaluate(() => dispatchEvent(new Event('online')));
/** A page may sleep for half a minute, and comes back within the spread. */
const ASLEEP = { timeoutMs: 90_000 };
const epochOf = async (drop: string) => (await stage.redis.hget(dropKeys(drop).control, 'epoch')) ?? '';

/** Empties Redis, and waits until the room has begun a new epoch. */
async function loseEverything(drop: string): Promise<void> {
  const before = await epochOf(drop);
  // What the room keeps is at most a second old; a place of the last moment is nothing this is about.
  const nowMs = Number((await stage.redis.time())[0]) * 1000;
  await waitUntil(async () => Date.parse((await stage.pulseOf(drop)).serverTime) > nowMs + 1500);
  await stage.redis.flushall();
  await waitUntil(async () => !['', before].includes(await epochOf(drop)), { timeoutMs: 30_000 });
}
test('Q26: everything lost in the lobby: the open page brings its own ticket back, to the same place', async () => {
  await stage.open();
  const policy = { return_spread_us: 4_000_000 };
  const drop = await createDrop(stage.redis, { opensInMs: 600_000, lobbyMs: 7_200_000, drawn: true, policy });
  await joinCrowd(stage.room.url, drop, 3);
  const visitor = await stage.arrive(drop);
  await visitor.sees('lobby');
  const [before, ticket] = [await lineOf(stage.redis, drop), await visitor.ticket()];
  expect(before.length).toBe(4);
  await loseEverything(drop);
  const asked = visitor.asked.length;
  await waitUntil(async () => (await lineOf(stage.redis, drop)).length === 1, ASLEEP);
  const [number] = await lineOf(stage.redis, drop);
  expect(before).toContain(number);
  // Presented, not joined anew: the same place under a renewed ticket.
  await waitUntil(async () => (await visitor.ticket()) !== ticket);
  expect(visitor.asked.slice(asked)).not.toContain('POST tickets');
  await visitor.sees('lobby');
  expect(visitor.faults).toEqual([]);
}, 240_000);

test('Q26: everything lost in mid-drop: the page keeps its place, near the front and far back', async () => {
  await stage.open({ STREAMS_MAX: '1' });
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0, return_spread_us: 4_000_000 } });
  const near = await stage.arrive(drop);
  await near.sees('waiting', 'soon');
  await waitUntil(() => near.asked.includes('GET stream'));
  await fill(drop, 1500);
  const far = await stage.arrive(drop);
  await far.sees('waiting');
  await waitUntil(async () => (await far.text('figure')) === '1,502');
  const [first, last] = [(await lineOf(stage.redis, drop))[0], (await lineOf(stage.redis, drop)).at(-1)];
  await loseEverything(drop);
  await wake(far);
  await waitUntil(async () => (await lineOf(stage.redis, drop)).length === 2, ASLEEP);
  expect(await lineOf(stage.redis, drop)).toEqual([first, last]);
  for (const { asked, faults } of [near, far]) {
    expect(asked.filter((what) => what === 'POST tickets')).toHaveLength(1);
    expect(faults).toEqual([]);
  }
  await far.sees('waiting');
}, 240_000);

/** Others who come now, straight into Redis: behind whoever has come already, before whoever comes later. */
async function fill(drop: string, count: number): Promise<void> {
  const [seconds, micros] = await stage.redis.time();
  const now = Number(seconds) * 1e6 + Number(micros);
  const entries = Array.from({ length: count }, (_, i) => [now + i, newTicket().number]).flat();
  await stage.redis.zadd(dropKeys(drop).waiting, ...(entries as [number, string]));
}

test('Q22: far back a page reads the public pulse alone, and works its place out by itself (Q20)', async () => {
  await stage.open({ STREAMS_MAX: '0' });
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  await fill(drop, 3000);
  const visitor = await stage.arrive(drop);
  await visitor.sees('waiting');
  await waitUntil(async () => (await visitor.text('figure')) === '3,001');
  const { waiting } = dropKeys(drop);
  await stage.redis.zremrangebyrank(waiting, 0, 499);
  await waitUntil(async () => (await stage.pulseOf(drop)).rankMap.total === 2501);
  const asked = visitor.asked.length;
  await wake(visitor);
  await waitUntil(async () => (await visitor.text('figure')) === '2,501');
  expect(new Set(visitor.asked.slice(asked))).toEqual(new Set(['GET pulse']));
  expect(visitor.faults).toEqual([]);
});

test('Q22: near the front a page hears a stream, and polls when the room says so or closes it', async () => {
  await stage.open();
  const other = await stage.room.another();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  await joinCrowd(stage.room.url, drop, 3);
  const visitor = await stage.arrive(drop, { url: other.url });
  await waitUntil(() => visitor.asked.includes('GET stream'));
  await waitUntil(async () => (await visitor.text('figure')) === '4');
  const asked = visitor.asked.length;
  await stage.redis.zremrangebyrank(dropKeys(drop).waiting, 0, 0);
  await waitUntil(async () => (await visitor.text('figure')) === '3');
  expect(visitor.asked.slice(asked).filter((what) => what === 'GET ticket')).toEqual([]);
  // The instance goes; the page keeps what it knows, says so, and does not give up.
  await other.close();
  await visitor.sees('offline');
  expect(await visitor.text('figure')).toBe('3');
});

test('Q21: a page shows more people ahead only when somebody was put in ahead, and says why', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  await joinCrowd(stage.room.url, drop, 3);
  const visitor = await stage.arrive(drop);
  await waitUntil(async () => (await visitor.text('figure')) === '4');
  const { waiting, control } = dropKeys(drop);
  // Put in behind the room's back: the generation stays, and so does the number.
  await stage.redis.zadd(waiting, 1, newTicket().number);
  await waitUntil(async () => (await stage.pulseOf(drop)).rankMap?.total === 5);
  await stage.redis.hset(control, { line_generation: 1, line_generation_reason: 'returned' });
  await waitUntil(async () => (await visitor.text('figure')) === '5');
  expect(await visitor.text('lead')).toBe(
    'Some people with an earlier place have come back, so the number of people before you has gone up.',
  );
  await tune(stage.redis, drop, { override: 'paused' });
  await visitor.sees('paused');
});

test('a page whose ticket the line does not know any more asks twice again, then takes a new place at the end', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 6000, max_sessions: 1 } });
  const [first] = await joinCrowd(stage.room.url, drop, 1);
  await enter(stage.room.url, drop, first as Shopper);
  const visitor = await stage.arrive(drop);
  await visitor.sees('checked-in');
  const ticket = await visitor.ticket();
  // Of this epoch, and in no set: it was never in the line.
  await stage.redis.del(dropKeys(drop).present);
  await waitUntil(async () => ![ticket, ''].includes(await visitor.ticket()), { timeoutMs: 45_000 });
  await visitor.sees('checked-in', 'waiting', 'soon');
  expect(visitor.asked.filter((what) => what === 'POST tickets')).toHaveLength(2);
});
