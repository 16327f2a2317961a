/** The live series of a drop over HTTP: one second as the control room shows it, and the last quarter of an hour. */
import { Type } from 'typebox';
import { ENTRY_LIMITS } from '../domain/entry-limit.ts';
import { HISTORY_COLUMNS, HISTORY_SAMPLES_MAX, type HistoryColumn } from '../domain/live-history.ts';
import { DropId, Instant, Nullable, PhaseName } from './common.ts';

export const LiveQuery = Type.Object({
  seconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: HISTORY_SAMPLES_MAX,
      default: HISTORY_SAMPLES_MAX,
      description: 'Of history in a JSON answer',
    }),
  ),
});

export const LiveHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,15}$',
      description: 'id of the last sample; a browser sends it by itself',
    }),
  ),
});

const Count = Type.Integer({ minimum: 0 });
const Share = Nullable(Type.Number({ minimum: 0, maximum: 1 }));
const PerSecond = Nullable(Type.Number({ description: 'Since the sample before; null for the first' }));

export const LiveSampleAnswer = Type.Object({
  at: Instant,
  phase: PhaseName,
  next: Nullable(
    Type.Object(
      { phase: Type.Union([PhaseName, Type.Literal('resumed')]), at: Instant },
      { description: 'What comes by itself' },
    ),
  ),
  dropClockMs: Type.Integer({ description: 'The clock that call windows run on' }),
  isDropClockRunning: Type.Boolean(),
  policyVersion: Type.Integer({ description: 'What the room decides by' }),
  limit: Type.Enum([...ENTRY_LIMITS], { description: 'What limits entry right now' }),
  rate: Type.Object({
    setPerMinute: Type.Number({ description: 'At this moment, by the plan' }),
    targetPerMinute: Type.Number({ description: 'Where a ramp is going' }),
    rampEndsAt: Nullable(Instant),
    achievedPerSecond: PerSecond,
    joinsPerSecond: PerSecond,
  }),
  maxSessions: Nullable(Count),
  line: Type.Object({
    waiting: Type.Integer({ description: 'In line, called or not' }),
    called: Type.Integer({ description: 'Called and not checked in' }),
    checkedIn: Count,
    inside: Count,
    showRate: Type.Number({ description: 'Share of the called who come forward' }),
  }),
  totals: Type.Object({ joined: Count, entered: Count, left: Count, missed: Count, bought: Count }),
  conversion: Type.Union([Type.Number(), Type.Null()], {
    description: 'Bought, of those who have entered and are not inside any more',
  }),
  capacity: Type.Union(
    [
      Type.Object({
        ageMs: Count,
        isSilent: Type.Boolean({ description: 'Too old for anybody to be let in by it' }),
        ignoredUntil: Nullable(Instant),
        sellable: Count,
        held: Count,
        inside: Count,
        latencyMs: Nullable(Type.Number({ description: '95th percentile of its answers' })),
        errorRate: Share,
        breaker: Nullable(Type.Enum(['closed', 'half-open', 'open'])),
        poolWaitMs: Nullable(Type.Number()),
      }),
      Type.Null(),
    ],
    { description: 'As the checkout last reported; null: never' },
  ),
  units: Type.Union([Type.Object({ sold: Count, total: Count, ageMs: Count }), Type.Null()], {
    description: "By the checkout's ledger; null: not reached yet",
  }),
  instances: Type.Object({
    total: Count,
    onVersion: Count,
    laggards: Type.Array(
      Type.Object({
        id: Type.String(),
        policyVersion: Type.Integer(),
        silentForMs: Type.Integer(),
        status: Type.String(),
      }),
    ),
  }),
  ledger: Type.Object({ isAnswering: Type.Boolean(), downForMs: Count }),
});

const LiveActAnswer = Type.Object({
  seq: Type.Union([Type.Integer(), Type.Null()], { description: 'Null: not in the audit log yet' }),
  at: Type.String(),
  actor: Type.String(),
  act: Type.String(),
  from: Type.Unknown(),
  to: Type.Unknown(),
  reason: Nullable(Type.String()),
  isUndone: Type.Boolean(),
});

const Column = Type.Array(Nullable(Type.Number()));

export const LiveAnswer = Type.Object({
  drop: DropId,
  sample: LiveSampleAnswer,
  history: Type.Object(
    Object.fromEntries(HISTORY_COLUMNS.map((name) => [name, Column])) as Record<HistoryColumn, typeof Column>,
    { description: 'A column each, one value a second; `at` in ms since 1970' },
  ),
  acts: Type.Array(LiveActAnswer, { description: 'Latest first' }),
});
