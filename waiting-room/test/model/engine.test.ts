/** Random histories of a drop against real Redis; what must hold is checked after every step (2.12). */
import { isLong } from '@sluice/service-kit/testing';
import fc from 'fast-check';
import { test, vi } from 'vitest';
import { EngineModel } from './engine-model.ts';

vi.setConfig({ testTimeout: isLong ? 3_600_000 : 180_000 });

const RUNS = isLong ? 300 : 12;
const STEPS = isLong ? 80 : 40;

const who = fc.nat(40);
const instance = fc.nat(1);

/** A step: how often it comes, and what it does. */
const steps = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('join' as const), instance }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('repeat-join' as const), instance, who }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('tick' as const), instance }) },
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('ask' as const),
      instance,
      many: fc.array(who, { minLength: 1, maxLength: 12 }),
      lost: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('leave' as const), instance, who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('end' as const),
      instance,
      who,
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('policy' as const),
      perMinute: fc.constantFrom(0, 60, 600, 6000),
      maxSessions: fc.constantFrom(0, 1, 3, 10),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('override' as const),
      to: fc.constantFrom('', '', 'paused', 'draining', 'queue_all'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('clock' as const),
      ms: fc.constantFrom(1, 50, 150, 700, 1000, 2500, 8000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('clock' as const),
      ms: fc.constantFrom(-20_000, -1, 45_000, 200_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('late' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('lose' as const), back: fc.array(who, { maxLength: 30 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('return' as const),
      back: fc.array(who, { minLength: 1, maxLength: 30 }),
    }),
  },
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

function take(model: EngineModel, step: Step): Promise<void> {
  switch (step.act) {
    case 'join':
      return model.join(step.instance);
    case 'repeat-join':
      return model.repeatJoin(step.instance, step.who);
    case 'tick':
      return model.tick(step.instance);
    case 'ask':
      return model.askForEntry(step.instance, step.many, step.lost);
    case 'leave':
      return model.leave(step.instance, step.who);
    case 'end':
      return model.endSession(step.instance, step.who, step.times);
    case 'policy':
      return model.changePolicy(step.perMinute, step.maxSessions);
    case 'override':
      return model.setOverride(step.to);
    case 'clock':
      return model.moveClock(step.ms);
    case 'late':
      return model.late(step.who);
    case 'lose':
      return model.loseRedis(step.back);
    case 'return':
      return model.returnAll(step.back);
  }
}

test('promises 1, 2, 3 and 5 hold after every step of any history', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { minLength: STEPS / 2, maxLength: STEPS, size: 'max' }),
      async (history) => {
        const model = await EngineModel.create();
        try {
          for (const step of history) {
            await take(model, step);
            await model.check();
          }
        } finally {
          model.close();
        }
      },
    ),
    // fast-check prints seed and path of a failure; `seed` and `path` here replay it.
    { numRuns: RUNS, endOnFailure: false },
  );
});
