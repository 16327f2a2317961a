/** Q23 in closed loop: shoppers ask as often as they are told, pulses announce, ticks call: nobody sleeps through a turn. */
import { afterEach, expect, test } from 'vitest';
import { ANNOUNCED_FOR_MS, callableReach, callableUntil } from '../../src/domain/callable.ts';
import { rankOf } from '../../src/domain/positions.ts';
import { POLL_AFTER_MS_MAX, pollAfterMs, waitRange } from '../../src/domain/wait.ts';
import { readRankMap } from '../../src/queue/rank-map.ts';
import { tune } from '../support/drop.ts';
import { Line } from '../support/line.ts';
import { seededRandom } from '../support/simulated-crowd.ts';

const TICK_MS = 250;
const TURN_MS = 600_000;

let line: Line;
afterEach(() => line.close());

interface Sleeper {
  readonly number: string;
  readonly order: number;
  wakesAtUs: number;
  calledAtUs: number;
}

test('Q23: whoever is called has been told to ask within seconds, also when the rate is set twenty times higher', async () => {
  line = await Line.create({ policy: { rate_per_minute: 120 } });
  const random = seededRandom(5);
  await line.arrive(6000);
  const entries = await line.redis.zrange(line.keys.waiting, '0', '-1', 'WITHSCORES');
  const sleepers: Sleeper[] = [];
  for (let i = 0; i < entries.length; i += 2) {
    sleepers.push({
      number: entries[i] as string,
      order: Number(entries[i + 1]),
      // Everybody asks once just after joining.
      wakesAtUs: line.nowUs + random() * 2e6,
      calledAtUs: 0,
    });
  }
  await line.redis.set(line.keys.pulseLease, 'one');
  let view = {
    frontier: 0,
    callable: 0,
    map: { ranks: [], orders: [], total: 0 } as Parameters<typeof rankOf>[1],
  };
  let ratePerMinute = 120;
  let longestMs = 0;
  let called = 0;
  const delays: number[] = [];

  for (let gone = 0; gone < 150_000; gone += TICK_MS) {
    if (gone === 60_000) {
      ratePerMinute = 2400;
      await tune(line.redis, line.drop, { rate_per_minute: ratePerMinute });
    }
    if (gone % 1000 === 0) {
      const reach = callableReach({ rateAheadPerMinute: ratePerMinute, showRate: 1 });
      const map = await readRankMap(line.commands, line.drop, reach);
      const callable = callableUntil(map, reach, line.nowUs);
      await line.run('publish-pulse', 'one', '{}', 1000, callable, ANNOUNCED_FOR_MS * 1000);
      view = { frontier: Number(await line.redis.hget(line.keys.control, 'frontier')), callable, map };
    }
    await line.advance(TICK_MS);
    await line.tick();
    const frontier = Number(await line.redis.hget(line.keys.control, 'frontier'));
    const awake: string[] = [];
    for (const sleeper of sleepers) {
      if (sleeper.calledAtUs < 0) continue;
      if (sleeper.order <= frontier && sleeper.calledAtUs === 0) {
        sleeper.calledAtUs = line.nowUs;
        called++;
      }
      if (sleeper.wakesAtUs > line.nowUs) continue;
      if (sleeper.calledAtUs > 0) {
        delays.push((line.nowUs - sleeper.calledAtUs) / 1000);
        sleeper.calledAtUs = -1;
        awake.push(sleeper.number);
        continue;
      }
      const wait = waitRange(rankOf(sleeper.order, view.map), {
        ratePerMinute,
        outflowPerMinute: 0,
        showRate: 1,
      });
      const ms = pollAfterMs(wait, TURN_MS, sleeper.order <= view.callable);
      longestMs = Math.max(longestMs, ms);
      sleeper.wakesAtUs = line.nowUs + ms * (0.9 + random() * 0.2) * 1000;
    }
    await line.checkIn(awake);
  }

  // The test means something: there was sleep to be had, and the line moved far beyond what was awake at first.
  expect(longestMs).toBe(POLL_AFTER_MS_MAX);
  expect(called).toBeGreaterThan(3000);
  expect(delays.length).toBeGreaterThan(called - 500);
  expect(Math.max(...delays)).toBeLessThanOrEqual(5500 + 2 * TICK_MS);
}, 120_000);
