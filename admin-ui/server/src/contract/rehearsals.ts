/** Rehearsals over HTTP: a simulated crowd on a copy of a drop. */
import { Type } from 'typebox';
import { ARRIVAL_PROFILES, CROWD_STATES } from '../domain/crowd.ts';
import { REHEARSAL_ENDS } from '../domain/rehearsal.ts';
import { DropId, Instant, Nullable, Reason } from './common.ts';
import { ReportAnswer } from './reports.ts';

const share = (description: string, byDefault: number) =>
  Type.Number({ minimum: 0, maximum: 1, default: byDefault, description });

/** What a crowd is let loose with where nobody says otherwise. */
export const REHEARSAL_DEFAULTS = {
  shoppers: 300,
  arrivals: 'steady',
  noShowShare: 0.1,
  buyShare: 0.7,
  declineShare: 0.05,
  lobbySeconds: 60,
  openSeconds: 600,
} as const;

const settings = {
  // One process holds them, and each waits by a request every few seconds.
  shoppers: Type.Integer({
    minimum: 0,
    maximum: 2000,
    default: REHEARSAL_DEFAULTS.shoppers,
    description: '0: nobody but staff with a pass',
  }),
  arrivals: Type.Enum([...ARRIVAL_PROFILES], {
    default: REHEARSAL_DEFAULTS.arrivals,
    description:
      'steady: over the lobby and a minute; rush: nine of ten in the last seconds before the opening; late: after it',
  }),
  noShowShare: share('Of all: called, and do not come', REHEARSAL_DEFAULTS.noShowShare),
  buyShare: share('Of those inside: pay; the others give back what they hold', REHEARSAL_DEFAULTS.buyShare),
  declineShare: share('Of those who pay: the bank says no', REHEARSAL_DEFAULTS.declineShare),
  lobbySeconds: Type.Integer({
    minimum: 5,
    maximum: 900,
    default: REHEARSAL_DEFAULTS.lobbySeconds,
    description: 'From the start to the opening',
  }),
  openSeconds: Type.Integer({
    minimum: 10,
    maximum: 3600,
    default: REHEARSAL_DEFAULTS.openSeconds,
    description: 'From the opening to the end, by itself',
  }),
};

export const RehearsalStart = Type.Object(
  {
    ...(Object.fromEntries(
      Object.entries(settings).map(([name, schema]) => [name, Type.Optional(schema)]),
    ) as { [K in keyof typeof settings]: ReturnType<typeof Type.Optional<(typeof settings)[K]>> }),
    confirm: Type.Optional(Type.Boolean({ description: 'Also while real shoppers are there' })),
    reason: Type.Optional(Reason),
  },
  { additionalProperties: false },
);

export const RehearsalStop = Type.Object({ reason: Type.Optional(Reason) }, { additionalProperties: false });

export const PassRequest = Type.Object({ reason: Type.Optional(Reason) }, { additionalProperties: false });

export const PassAnswer = Type.Object({
  drop: Type.String({ description: 'The copy' }),
  url: Nullable(
    Type.String({
      description:
        'Opens the waiting page of the copy with a pass. Null where the control plane does not know the address of the room (ROOM_URL)',
    }),
  ),
  path: Type.String({ description: 'The same without origin' }),
  shopUrl: Nullable(
    Type.String({
      description:
        'The whole way through the shop whose connector has `rehearsals: true`. Null where the drop has no address of a shop',
    }),
  ),
  codes: Type.Object(
    { access: Nullable(Type.String()), bypass: Nullable(Type.String()) },
    { description: 'Good for the copy alone; null where the drop has none of the kind' },
  ),
  pass: Type.String({ description: 'For `Sluice-Pass` at `POST /v1/drops/{copy}/tickets` of the room' }),
  secret: Type.String({
    description: 'What the `bind` of the link is the digest of: send it as `Sluice-Secret` beside the token',
  }),
  expiresAt: { ...Instant, description: 'When the rehearsal ends by itself' },
});

const Count = Type.Integer({ minimum: 0 });

const Crowd = Type.Object({
  counts: Type.Object(
    Object.fromEntries(CROWD_STATES.map((state) => [state, Count])) as Record<
      (typeof CROWD_STATES)[number],
      typeof Count
    >,
    { description: 'How many shoppers are where; each is counted once' },
  ),
  faults: Type.Array(Type.String(), { description: 'What shoppers could not go on from; a few' }),
});

export const RehearsalAnswer = Type.Object({
  id: Type.String({ description: 'Of the copy: it is a drop until it is deleted' }),
  source: DropId,
  settings: Type.Object(settings),
  startedBy: Type.String(),
  startedAt: Instant,
  opensAt: Instant,
  endsAt: { ...Instant, description: 'When it ends by itself' },
  seenAt: { ...Instant, description: 'When the crowd was last heard of: `crowd` is of that second' },
  stopWantedBy: Nullable(Type.String()),
  endedAt: Nullable(Instant),
  endReason: Nullable(
    Type.Enum([...REHEARSAL_ENDS], {
      description:
        'interrupted: the process that ran the crowd was gone, before its time was over and unasked',
    }),
  ),
  deletedAt: Nullable({ ...Instant, description: 'Nothing is left of it in room, checkout and plans' }),
  crowd: Nullable(Crowd),
  result: Nullable(ReportAnswer),
});

export const RehearsalListAnswer = Type.Object({
  rehearsals: Type.Array(RehearsalAnswer, { description: 'Latest first, the last twenty' }),
});
