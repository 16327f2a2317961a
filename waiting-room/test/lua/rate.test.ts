import { readFileSync } from 'node:fs';
import { createTestRedis } from '@sluice/service-kit/testing';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';

const script = readFileSync(new URL('../../lua/lib/rate.lua', import.meta.url), 'utf8');

let redis: Redis;
beforeAll(async () => {
  redis = new Redis(await createTestRedis());
});
afterAll(() => redis.disconnect());

interface Plan {
  readonly rate_per_minute: number;
  readonly burst_seconds: number;
  readonly ramp_from_per_minute: number;
  readonly ramp_starts_us: number;
  readonly ramp_ends_us: number;
}

async function ask(plan: Plan, expression: string): Promise<number> {
  const text = `${script}\nlocal control = cjson.decode(ARGV[1])\nreturn string.format('%.17g', ${expression})`;
  return Number(await redis.eval(text, 0, JSON.stringify(plan)));
}

const seconds = fc.integer({ min: 0, max: 600 });
const plans = fc.record({
  rate_per_minute: fc.nat(1_000_000),
  burst_seconds: fc.integer({ min: 1, max: 10 }),
  ramp_from_per_minute: fc.nat(1_000_000),
  ramp_starts_us: seconds.map((s) => s * 1e6),
  ramp_ends_us: seconds.map((s) => s * 1e6),
});

test('2.6: what a stretch of time brings is the integral of the rate, however the stretch is cut', async () => {
  await fc.assert(
    fc.asyncProperty(plans, seconds, seconds, seconds, async (plan, a, b, c) => {
      const [from = 0, mid = 0, to = 0] = [a, b, c].sort((x, y) => x - y).map((s) => s * 1e6);
      const whole = await ask(plan, `entries_between(control, ${from}, ${to})`);
      const parts =
        (await ask(plan, `entries_between(control, ${from}, ${mid})`)) +
        (await ask(plan, `entries_between(control, ${mid}, ${to})`));
      expect(parts).toBeCloseTo(whole, 3);
      // A sum of thin slices at their middle, exact for straight lines but where a ramp begins or ends.
      let sum = 0;
      const slices = 2000;
      const width = (to - from) / slices;
      for (let i = 0; i < slices; i++) sum += (rateAt(plan, from + (i + 0.5) * width) / 60e6) * width;
      expect(Math.abs(whole - sum)).toBeLessThanOrEqual((2 * width * 1_000_000) / 60e6 + 1e-6);
    }),
    { numRuns: 200 },
  );
});

function rateAt(plan: Plan, at: number): number {
  const { rate_per_minute, ramp_from_per_minute, ramp_starts_us, ramp_ends_us } = plan;
  if (ramp_ends_us <= ramp_starts_us || at >= ramp_ends_us) return rate_per_minute;
  if (at <= ramp_starts_us) return ramp_from_per_minute;
  const share = (at - ramp_starts_us) / (ramp_ends_us - ramp_starts_us);
  return ramp_from_per_minute + (rate_per_minute - ramp_from_per_minute) * share;
}

test('2.6: before the ramp its first rate counts, after it the rate, at every moment between a point of the line', async () => {
  const plan = {
    rate_per_minute: 600,
    burst_seconds: 2,
    ramp_from_per_minute: 100,
    ramp_starts_us: 10e6,
    ramp_ends_us: 20e6,
  };
  for (const [at, rate] of [
    [0, 100],
    [10e6, 100],
    [15e6, 350],
    [20e6, 600],
    [9e9, 600],
  ] as const)
    expect(await ask(plan, `rate_at(control, ${at})`)).toBe(rate);
  expect(await ask({ ...plan, ramp_ends_us: 0 }, 'rate_at(control, 15e6)')).toBe(600);
});

test('burst: so many seconds of the rate now, at least one shopper, and none where the rate is nothing', async () => {
  const plan = {
    rate_per_minute: 600,
    burst_seconds: 2,
    ramp_from_per_minute: 0,
    ramp_starts_us: 0,
    ramp_ends_us: 0,
  };
  expect(await ask(plan, 'burst_of(control, 0)')).toBe(20);
  expect(await ask({ ...plan, rate_per_minute: 6 }, 'burst_of(control, 0)')).toBe(1);
  expect(await ask({ ...plan, rate_per_minute: 0 }, 'burst_of(control, 0)')).toBe(0);
});
