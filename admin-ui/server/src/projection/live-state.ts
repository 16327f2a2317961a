/**
 * Everything the control room shows of one drop and Redis knows, read once in a round trip or two; nothing is changed. It
 * needs no Postgres: operators see their drop when the ledger is down, too.
 */
import type { Redis } from 'ioredis';
import type { CheckoutVitals, LiveState } from '../domain/live-sample.ts';
import { phaseOf } from '../domain/phase.ts';
import { type RoomInstance, readInstances } from './instances.ts';
import { dropKeys } from './keys.ts';
import { repliesOf } from './replies.ts';

const NUMBERS = [
  'policy_version',
  'lobby_opens_us',
  'opens_us',
  'closes_us',
  'opened_us',
  'revealed_us',
  'override_until_us',
  'heal_until_us',
  'clock_us',
  'frontier',
  'rate_per_minute',
  'ramp_from_per_minute',
  'ramp_starts_us',
  'ramp_ends_us',
  'max_sessions',
  'overbook',
  'token_us',
  'hold_us',
  'bucket',
  'lease_credit',
  'ignore_capacity_until_us',
  'joined_total',
  'entered_total',
  'left_total',
  'missed_total',
  'bought_total',
  'called_recently',
  'shown_recently',
  'sold_out',
  'cap_at_us',
  'cap_sellable',
  'cap_held',
  'cap_inside',
  'cap_forgotten',
  'cap_with_hold',
] as const;
const TEXTS = ['override', 'commit', 'stock_bound', 'cap_vitals'] as const;

export interface LiveReader {
  /** Undefined: Redis has no policy of the drop. @throws a store fault while Redis does not answer */
  state(drop: string): Promise<LiveState | undefined>;
  /** The room's instances, and the policy version each goes by. */
  instances(drop: string): Promise<RoomInstance[]>;
}

export function createLiveReader(redis: Redis): LiveReader {
  return {
    instances: (drop) => readInstances(redis, drop),
    async state(drop) {
      const { control, waiting, present, sessions } = dropKeys(drop);
      const [values, time, ...counts] = repliesOf(
        await redis
          .pipeline()
          .hmget(control, ...NUMBERS, ...TEXTS)
          .time()
          .zcard(waiting)
          .zcard(present)
          .zcard(sessions)
          .exec(),
      );
      const [seconds = 0, micros = 0] = (time as (string | number)[]).map(Number);
      const read = values as (string | null)[];
      const number = (name: (typeof NUMBERS)[number]) => Number(read[NUMBERS.indexOf(name)] ?? 0);
      const text = (name: (typeof TEXTS)[number]) => read[NUMBERS.length + TEXTS.indexOf(name)] ?? '';
      if (number('policy_version') === 0) return undefined;
      const nowUs = seconds * 1_000_000 + micros;
      const [waitingCount = 0, presentCount = 0, sessionCount = 0] = counts.map(Number);
      const called = await redis.zcount(waiting, '-inf', number('frontier'));
      return {
        nowUs,
        phase: phaseOf(
          {
            override: text('override'),
            overrideUntilUs: number('override_until_us'),
            healUntilUs: number('heal_until_us'),
            lobbyOpensUs: number('lobby_opens_us'),
            closesUs: number('closes_us'),
            openedUs: number('opened_us'),
            revealedUs: number('revealed_us'),
            commit: text('commit'),
            soldOut: number('sold_out') === 1,
          },
          nowUs,
        ),
        policyVersion: number('policy_version'),
        lobbyOpensUs: number('lobby_opens_us'),
        opensUs: number('opens_us'),
        closesUs: number('closes_us'),
        overrideUntilUs: number('override_until_us'),
        healUntilUs: number('heal_until_us'),
        dropClockUs: number('clock_us'),
        ratePerMinute: number('rate_per_minute'),
        rampFromPerMinute: number('ramp_from_per_minute'),
        rampStartsUs: number('ramp_starts_us'),
        rampEndsUs: number('ramp_ends_us'),
        maxSessions: number('max_sessions'),
        isStockBound: text('stock_bound') === 'on',
        overbook: number('overbook'),
        tokenUs: number('token_us'),
        holdUs: number('hold_us'),
        bucket: number('bucket'),
        leaseCredit: number('lease_credit'),
        ignoreCapacityUntilUs: number('ignore_capacity_until_us'),
        waiting: waitingCount,
        called: Math.min(called, waitingCount),
        present: presentCount,
        sessions: sessionCount,
        joinedTotal: number('joined_total'),
        enteredTotal: number('entered_total'),
        leftTotal: number('left_total'),
        missedTotal: number('missed_total'),
        boughtTotal: number('bought_total'),
        calledRecently: number('called_recently'),
        shownRecently: number('shown_recently'),
        capacityAtUs: number('cap_at_us'),
        sellable: number('cap_sellable'),
        held: number('cap_held'),
        insideByCheckout: number('cap_inside'),
        forgotten: number('cap_forgotten'),
        insideWithHold: number('cap_with_hold'),
        vitals: vitalsOf(text('cap_vitals')),
      };
    },
  };
}

/** As the room has kept it; a room of an earlier version has kept none. */
function vitalsOf(text: string): CheckoutVitals {
  const { latencyMs, errorRate, breaker, poolWaitMs } = JSON.parse(text || '{}') as Partial<CheckoutVitals>;
  return {
    latencyMs: latencyMs ?? null,
    errorRate: errorRate ?? null,
    breaker: breaker ?? null,
    poolWaitMs: poolWaitMs ?? null,
  };
}
