import { readFileSync } from 'node:fs';
import { createTestRedis } from '@sluice/service-kit/testing';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EntryState, entryLimitOf } from '../../src/domain/entry-limit.ts';

const [forgotten, grant] = ['forgotten', 'grant'].map((name) =>
  readFileSync(new URL(`../../../../waiting-room/lua/lib/${name}.lua`, import.meta.url), 'utf8'),
);

let redis: Redis;
beforeAll(async () => {
  redis = new Redis(await createTestRedis());
});
afterAll(() => redis?.disconnect());

const NOW_US = 100_000_000;
/** The room's own function, on as many members as a state says, without what only moves them. */
const command = `
local function follow_steps(_, _, frontier) return frontier end
local function write_log() end
${forgotten}
${grant}
local state = cjson.decode(ARGV[1])
for _, name in ipairs({ 'present', 'sessions' }) do
  redis.call('DEL', name)
  for i = 1, state[name] do redis.call('ZADD', name, i, name .. i) end
end
local keys = { present = 'present', sessions = 'sessions', waiting = 'nobody', grants = 'grants', control = 'control', log = 'log' }
local _, limited_by = grant(state.control, ${NOW_US}, state.phase, keys)
return limited_by`;

/** Around what is asked about, on both sides, and exactly at it. */
const few = fc.integer({ min: 0, max: 4 });
const anyState: fc.Arbitrary<EntryState> = fc.record({
  phase: fc.constantFrom('open', 'draining', 'healing', 'pass_through', 'paused', 'sold_out', 'lobby'),
  waiting: fc.constant(0),
  present: few,
  sessions: few,
  bucket: fc.constantFrom(0, 0.9, 1, 2.5, 10),
  leaseCredit: fc.constantFrom(0, 0.9, 1, 2.5),
  maxSessions: few,
  isStockBound: fc.boolean(),
  overbook: fc.constantFrom(1, 1.5, 2),
  ignoreCapacityUntilUs: fc.constantFrom(0, NOW_US, NOW_US + 1),
  healUntilUs: fc.constantFrom(0, NOW_US),
  tokenUs: fc.constant(1000),
  holdUs: fc.constant(1000),
  capacityAtUs: fc.constantFrom(0, NOW_US - 10_000_001, NOW_US - 10_000_000, NOW_US),
  sellable: few,
  forgotten: few,
  insideWithHold: few,
});

test('Q18: what operators are told limits entry is what the room says limited it, in every state', async () => {
  await fc.assert(
    fc.asyncProperty(anyState, async (state) => {
      const control = {
        frontier: 1e15,
        fair_frontier: 1e15,
        bucket: state.bucket,
        lease_credit: state.leaseCredit,
        max_sessions: state.maxSessions,
        stock_bound: state.isStockBound ? 'on' : 'off',
        overbook: state.overbook,
        ignore_capacity_until_us: state.ignoreCapacityUntilUs,
        heal_until_us: state.healUntilUs,
        token_us: state.tokenUs,
        hold_us: state.holdUs,
        cap_at_us: state.capacityAtUs,
        cap_sellable: state.sellable,
        cap_forgotten: state.forgotten,
        cap_with_hold: state.insideWithHold,
      };
      const { phase, present, sessions } = state;
      const said = await redis.eval(command, 0, JSON.stringify({ control, phase, present, sessions }));
      const told = entryLimitOf(state, NOW_US);
      // The room has one word for nobody left to let in; operators are told whether nobody is there or nobody has to wait.
      const word = told === 'line-empty' || told === 'nothing' ? 'queue-empty' : told;
      expect(word).toBe(said);
    }),
    { numRuns: 1000 },
  );
});

test('nobody in line and nobody come forward are two things', () => {
  const state = { ...sample(), present: 0 };
  expect(entryLimitOf({ ...state, waiting: 0 }, NOW_US)).toBe('line-empty');
  expect(entryLimitOf({ ...state, waiting: 1 }, NOW_US)).toBe('nobody-present');
});

const sample = (): EntryState =>
  fc.sample(
    anyState.map((state) => ({ ...state, phase: 'open' as const })),
    1,
  )[0] as EntryState;
