import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/domain/admission-policy.ts';
import { type Drop, PLAIN_PAGE } from '../../src/domain/drop.ts';
import { OPEN_ACCESS } from '../../src/domain/drop-access.ts';
import { rateAt } from '../../src/domain/ramp.ts';
import { movedSince, wayBack } from '../../src/domain/undo.ts';
import { beforeAndAfter, differing } from '../../src/store/drop-row.ts';

const at = new Date('2026-11-24T10:00:00Z');
const drop: Drop = {
  id: 'd',
  name: 'n',
  opensAt: at,
  lobbyOpensAt: at,
  closesAt: null,
  timeZone: 'UTC',
  admission: DEFAULT_POLICY,
  page: { ...PLAIN_PAGE, message: { en: 'a' } },
  perShopperLimit: 1,
  currency: 'EUR',
  products: [],
  access: OPEN_ACCESS,
  codeBatches: [],
  isDraft: false,
  override: '',
  overrideUntil: null,
  overrideOwner: null,
  overrideReason: null,
  ramp: null,
  ignoreCapacityUntil: null,
  series: null,
  commit: null,
  policyVersion: 1,
  createdAt: at,
  updatedAt: at,
};

const anyInstant = fc.option(fc.date({ min: at, max: new Date('2030-01-01'), noInvalidDate: true }), {
  nil: null,
});
const anyRamp = fc.option(
  fc.record({
    fromPerMinute: fc.nat(9),
    startsAt: fc.constantFrom('2026-11-24T10:00:00.000Z', '2026-11-24T11:00:00.000Z'),
    endsAt: fc.constantFrom('2026-11-24T12:00:00.000Z', '2026-11-24T13:00:00.000Z'),
  }),
  { nil: null },
);
const anyState = fc.record({
  override: fc.constantFrom('' as const, 'paused' as const, 'draining' as const),
  overrideUntil: anyInstant,
  overrideOwner: fc.option(fc.string(), { nil: null }),
  ramp: anyRamp,
  ignoreCapacityUntil: anyInstant,
  admission: fc
    .record({ ratePerMinute: fc.nat(5), maxSessions: fc.option(fc.nat(5), { nil: null }) })
    .map((some) => ({
      ...DEFAULT_POLICY,
      ...some,
    })),
  page: fc
    .record({ en: fc.constantFrom('a', 'b'), de: fc.constantFrom('c', 'd') }, { requiredKeys: [] })
    .map((message) => ({ ...drop.page, message: message as Record<string, string> })),
});

test('whatever an act changed, the way back leads to exactly what was, through the audit log and out again', () => {
  fc.assert(
    fc.property(anyState, anyState, (from, to) => {
      const before: Drop = { ...drop, ...from };
      const change = differing(before, to);
      const after: Drop = { ...before, ...change };
      const told = JSON.parse(JSON.stringify(beforeAndAfter(before, after, change)));
      expect(movedSince(told.after, after)).toEqual([]);
      expect({ ...after, ...wayBack(told.before, after) }).toEqual(before);
    }),
  );
});

test('a ramp is the old rate before it starts, the new one after it ends, and monotonous between', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), fc.nat(7200), fc.nat(7200), (from, to, one, two) => {
      const ramp = { fromPerMinute: from, startsAt: at.toISOString(), endsAt: '2026-11-24T11:00:00.000Z' };
      const rate = (seconds: number) => rateAt(to, ramp, new Date(at.getTime() + seconds * 1000));
      expect(rate(-1)).toBe(from);
      expect(rate(3600)).toBe(to);
      const [early, late] = [Math.min(one, two), Math.max(one, two)];
      expect(Math.sign(rate(late) - rate(early)) * Math.sign(to - from)).toBeGreaterThanOrEqual(0);
    }),
  );
});
