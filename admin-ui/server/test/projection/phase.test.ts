import { readFileSync } from 'node:fs';
import { createTestRedis } from '@sluice/service-kit/testing';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OVERRIDES } from '../../src/domain/drop.ts';
import { phaseOf } from '../../src/domain/phase.ts';

const script = readFileSync(new URL('../../../../waiting-room/lua/lib/phase.lua', import.meta.url), 'utf8');

let redis: Redis;
beforeAll(async () => {
  redis = new Redis(await createTestRedis());
});
afterAll(() => redis?.disconnect());

/** Around the moment that is asked about, on both sides, and exactly at it. */
const anyTime = fc.constantFrom(0, 999, 1000, 1001);

test('the phase that operators are shown is the one that the room decides, in every state', async () => {
  const command = `${script}\nreturn phase_of(cjson.decode(ARGV[1]), 1000)`;
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        override: fc.constantFrom(...OVERRIDES),
        overrideUntilUs: anyTime,
        lobbyOpensUs: anyTime,
        closesUs: anyTime,
        openedUs: anyTime,
        revealedUs: anyTime,
        healUntilUs: anyTime,
        commit: fc.constantFrom('', 'c'),
        soldOut: fc.boolean(),
      }),
      async (state) => {
        const control = {
          override: state.override,
          override_until_us: state.overrideUntilUs,
          lobby_opens_us: state.lobbyOpensUs,
          closes_us: state.closesUs,
          opened_us: state.openedUs,
          revealed_us: state.revealedUs,
          heal_until_us: state.healUntilUs,
          commit: state.commit,
          sold_out: state.soldOut ? 1 : 0,
        };
        expect(phaseOf(state, 1000)).toBe(await redis.eval(command, 0, JSON.stringify(control)));
      },
    ),
    { numRuns: 2000 },
  );
});
