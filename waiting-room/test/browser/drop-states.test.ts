/** 5.1: every state of a drop, as whoever comes then and whoever is in line already meet it, on a real room. */
import { waitUntil } from '@sluice/service-kit/testing';
import { expect, test } from 'vitest';
import { textsOf } from '../../page/look.ts';
import { dropKeys } from '../../src/queue/keys.ts';
import { joinCrowd } from '../support/crowd.ts';
import { createDrop, tune } from '../support/drop.ts';
import { setStage } from './support/stage.ts';
import type { Visitor } from './support/visitor.ts';

const stage = setStage();
const WORDS = textsOf('en');

/** Has a page look now, as it does when the network comes back. */
const wake = ({ page }: Visitor) => page.evaluate(() => dispatchEvent(new Event('online')));

async function expectSaid(visitor: Visitor, state: string, lead = `${state}.lead`): Promise<void> {
  await visitor.sees(state);
  expect([await visitor.text('title'), await visitor.text('lead')]).toEqual([
    WORDS[`${state}.title`],
    WORDS[lead],
  ]);
}

interface DropState {
  readonly name: string;
  /** Control fields that put an open drop into it, and those that take it out again. */
  readonly fields: Record<string, string | number>;
  /** What whoever is in line is told; null where it changes nothing for them. */
  readonly waiter: string | null;
  /** What whoever comes then is told, and by which lead. */
  readonly newcomer: readonly [state: string, lead?: string];
}

const STATES: readonly DropState[] = [
  { name: 'paused', fields: { override: 'paused' }, waiter: 'paused', newcomer: ['paused'] },
  { name: 'queue-all', fields: { override: 'queue_all' }, waiter: 'paused', newcomer: ['paused'] },
  { name: 'draining', fields: { override: 'draining' }, waiter: null, newcomer: ['draining'] },
  { name: 'full', fields: { max_waiting: 0 }, waiter: null, newcomer: ['full'] },
  { name: 'sold out', fields: { sold_out: 1 }, waiter: 'sold-out', newcomer: ['sold-out', 'sold-out.new'] },
  {
    name: 'healing',
    fields: { heal_until_us: 4_102_444_800_000_000 },
    waiter: 'healing',
    newcomer: ['healing'],
  },
];
const BACK = { override: '', max_waiting: 100_000, sold_out: 0, heal_until_us: 0 };

test('5.1: whatever state an open drop gets into, those in line and those who come are told what it means for them', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  await joinCrowd(stage.room.url, drop, 3);
  const waiter = await stage.arrive(drop);
  await waitUntil(async () => (await waiter.text('figure')) === '4');
  for (const { fields, waiter: told, newcomer } of STATES) {
    await tune(stage.redis, drop, fields);
    await waitUntil(async () => {
      const { phase } = await stage.pulseOf(drop);
      return phase !== 'open' || 'max_waiting' in fields;
    });
    await wake(waiter);
    if (told) await expectSaid(waiter, told);
    expect(await waiter.text('figure')).toBe('4');
    const visitor = await stage.arrive(drop);
    await expectSaid(visitor, ...newcomer);
    expect(visitor.faults).toEqual([]);
    await visitor.close();
    await tune(stage.redis, drop, BACK);
    await waitUntil(async () => (await stage.pulseOf(drop)).phase === 'open');
    await wake(waiter);
    await waiter.sees('waiting', 'soon');
  }
  // The end: for those in line, too.
  await tune(stage.redis, drop, { override: 'closed' });
  await waitUntil(async () => (await stage.pulseOf(drop)).phase === 'closed');
  await wake(waiter);
  await expectSaid(waiter, 'closed');
  await expectSaid(await stage.arrive(drop), 'closed');
  expect(waiter.asked.filter((what) => what === 'POST tickets')).toHaveLength(1);
  expect(waiter.faults).toEqual([]);
});

test('5.1: sold out while waiting, the page says until when places are kept: the end of the drop, by the shopper’s clock', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const visitor = await stage.arrive(drop, { timezoneId: 'Asia/Kolkata' });
  await waitUntil(async () => (await visitor.text('figure')) === '1');
  await tune(stage.redis, drop, { sold_out: 1 });
  await expectSaid(visitor, 'sold-out');
  const closesAt = new Date((await stage.pulseOf(drop)).closesAt);
  const time = closesAt.toLocaleTimeString('en-GB', { timeStyle: 'short', timeZone: 'Asia/Kolkata' });
  expect(await visitor.text('facts')).toContain(`Places kept until${time}`);
  await tune(stage.redis, drop, { sold_out: 0 });
  await visitor.sees('waiting', 'soon');
  expect(await visitor.text('facts')).not.toContain('Places kept until');
});

test('5.1: before the lobby the page counts down to it and then joins by itself; a drop that is not there is said to be none', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { opensInMs: 3_600_000, lobbyMs: 1_800_000, drawn: true });
  const visitor = await stage.arrive(drop);
  await expectSaid(visitor, 'scheduled');
  expect(await visitor.text('label')).toBe('Opens in');
  expect(await visitor.text('figure')).toMatch(/^(30:00|29:\d\d)$/);
  const now = Number((await stage.redis.time())[0]) * 1e6;
  await tune(stage.redis, drop, { lobby_opens_us: now });
  await waitUntil(async () => (await stage.pulseOf(drop)).phase === 'lobby');
  await wake(visitor);
  await expectSaid(visitor, 'lobby');
  await stage.redis.del(dropKeys(drop).control);
  const { page } = visitor;
  const answer = await page.goto(page.url().replace(drop, 'nowhere'));
  expect(answer?.status()).toBe(404);
  await expectSaid(visitor, 'missing');
});
