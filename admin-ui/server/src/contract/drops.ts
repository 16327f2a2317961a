/** Drops over HTTP: what is planned, what is changed, what is told. */
import { Type } from 'typebox';
import { OVERRIDES } from '../domain/drop.ts';
import { accessFaults } from '../domain/drop-access.ts';
import { cloneFaults, DEFAULT_ZONE, pageFaults, planFaults } from '../domain/plan-rules.ts';
import { readSchedule } from '../domain/schedule.ts';
import { Admission, AdmissionChange } from './admission.ts';
import { withRules } from './body-rules.ts';
import { Choice, DropId, Instant, LocalTime, Nullable, PhaseName, Reason, Sku, TimeZone } from './common.ts';
import { Access, AccessChange } from './drop-access.ts';
import { Logo, OwnWords, Theme } from './page-theme.ts';

const Name = Type.String({ minLength: 1, maxLength: 200 });

const Message = Type.Record(
  Type.String({ pattern: '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$' }),
  Type.String({ maxLength: 500 }),
  { additionalProperties: false, maxProperties: 30, description: 'Text by language (BCP 47)' },
);

const ReturnOrigins = Type.Array(Type.String({ maxLength: 300 }), {
  maxItems: 20,
  description: 'Origins that shoppers may be sent back to',
});

const DefaultReturnTo = Nullable(
  Type.String({
    format: 'uri',
    maxLength: 2000,
    description: 'Where shoppers go who came without an address',
  }),
);

/** What a merchant may state of it; a logo is sent apart. */
const StatedPage = Type.Object({
  message: Message,
  returnOrigins: ReturnOrigins,
  defaultReturnTo: DefaultReturnTo,
  showStock: Type.Boolean({ description: 'Shoppers in line see what is left of each product' }),
  theme: Nullable(Theme),
  words: OwnWords,
});

export const Page = Type.Object({ ...StatedPage.properties, logo: Nullable(Logo) });

export const PartialPage = Type.Partial(StatedPage, { additionalProperties: false });

export const Product = Type.Object(
  {
    sku: Sku,
    name: Name,
    priceMinor: Type.Integer({
      minimum: 0,
      maximum: 2_000_000_000,
      description: 'In the minor unit of the currency',
    }),
    stock: Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'Units at the start' }),
  },
  { additionalProperties: false },
);

const PerShopperLimit = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });

/** An instant, or a clock time in the zone; one of both. */
const ScheduleMembers = {
  timeZone: Type.Optional(TimeZone),
  opensAt: Type.Optional(Instant),
  opensAtLocal: Type.Optional(LocalTime),
  opensAtChoice: Type.Optional(Choice),
  closesAt: Type.Optional(Nullable(Instant)),
  closesAtLocal: Type.Optional(LocalTime),
  closesAtChoice: Type.Optional(Choice),
};

export const DropCreation = withRules(
  Type.Object(
    {
      id: Type.Optional(DropId),
      name: Name,
      ...ScheduleMembers,
      admission: Type.Optional(AdmissionChange),
      page: Type.Optional(PartialPage),
      perShopperLimit: Type.Optional(PerShopperLimit),
      currency: Type.Optional(Currency),
      products: Type.Optional(Type.Array(Product, { maxItems: 1000 })),
      access: Type.Optional(AccessChange),
      reason: Type.Optional(Reason),
    },
    { additionalProperties: false },
  ),
  planFaults,
);

export const PlanChange = withRules(
  Type.Object(
    {
      name: Type.Optional(Name),
      ...ScheduleMembers,
      perShopperLimit: Type.Optional(PerShopperLimit),
      page: Type.Optional(PartialPage),
      access: Type.Optional(AccessChange),
      reason: Type.Optional(Reason),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  // Clock times may be meant in the zone the drop has: those are resolved where it is known.
  (body) => [
    ...((body as { timeZone?: unknown } | null)?.timeZone === undefined
      ? []
      : readSchedule(body, DEFAULT_ZONE).faults),
    ...accessFaults((body as { access?: unknown } | null)?.access),
  ],
);

/** Another drop like this one: its own schedule, everything else the same. */
export const DropClone = withRules(
  Type.Object(
    {
      id: Type.Optional(DropId),
      name: Type.Optional(Name),
      ...ScheduleMembers,
      reason: Type.Optional(Reason),
    },
    { additionalProperties: false },
  ),
  cloneFaults,
);

export const PageChange = withRules(
  Type.Object(
    { ...PartialPage.properties, reason: Type.Optional(Reason) },
    { additionalProperties: false, minProperties: 1 },
  ),
  (body) => pageFaults({ ...(body as object), defaultReturnTo: null }, ''),
);

export const DraftAct = Type.Object({ reason: Type.Optional(Reason) }, { additionalProperties: false });

/** Whether another part of the installation has what was planned. */
const Delivery = Type.Object({
  status: Type.Enum(['done', 'pending']),
  detail: Type.Optional(Type.String({ description: 'What it said when it last refused or did not answer' })),
});

const CheckoutDelivery = Type.Object({
  status: Type.Enum(['done', 'pending', 'none'], { description: "none: the checkout is someone else's" }),
  detail: Delivery.properties.detail,
});

export const Live = Type.Object({
  asOf: Instant,
  phase: PhaseName,
  policyVersion: Type.Integer({ description: 'What the room decides by; 0: it has none yet' }),
  openedAt: Nullable(Instant),
  waiting: Type.Integer({ description: 'In the line, called or not' }),
  called: Type.Integer({ description: 'Called and not checked in' }),
  present: Type.Integer({ description: 'Checked in, waiting for budget' }),
  sessions: Type.Integer({ description: 'Entered, as far as the room knows' }),
  frontier: Type.Number({ description: 'Every order up to here has been called' }),
  joinedTotal: Type.Integer(),
  enteredTotal: Type.Integer(),
  leftTotal: Type.Integer(),
  missedTotal: Type.Integer(),
  soldOut: Type.Boolean(),
  capacity: Nullable(
    Type.Object({
      reportedAt: Instant,
      sellable: Type.Integer(),
      inside: Type.Integer({ description: "Sessions inside, by the checkout's own count" }),
    }),
  ),
});

export const DropAnswer = Type.Object({
  id: DropId,
  name: Type.String(),
  opensAt: Instant,
  lobbyOpensAt: Instant,
  closesAt: Nullable(Instant),
  timeZone: TimeZone,
  opensAtLocal: Type.String({ description: 'opensAt by the clocks of timeZone, with its offset' }),
  closesAtLocal: Nullable(Type.String()),
  admission: Admission,
  page: Page,
  perShopperLimit: Type.Integer(),
  currency: Type.String(),
  products: Type.Array(Product),
  access: Access,
  override: Type.Enum([...OVERRIDES]),
  overrideUntil: Nullable(Instant),
  overrideOwner: Nullable(Type.String({ description: 'Who answers for it' })),
  overrideReason: Nullable(Type.String()),
  ramp: Nullable(
    Type.Object(
      { fromPerMinute: Type.Number(), startsAt: Instant, endsAt: Instant },
      { description: 'The rate goes from there to ratePerMinute in a straight line' },
    ),
  ),
  ignoreCapacityUntil: Nullable(Instant),
  commit: Nullable(Type.String({ description: "Hex SHA-256 of the draw's seed" })),
  isDraft: Type.Boolean({ description: 'Planned, and not scheduled any more: it does not open' }),
  series: Nullable(
    Type.Object(
      {
        id: Type.String(),
        occursLocal: Type.String(),
        isEditedAlone: Type.Boolean({ description: 'Changes of the series leave it as it is' }),
      },
      { description: 'Of a drop that recurs' },
    ),
  ),
  policyVersion: Type.Integer({ description: 'Rises with every change; also the ETag' }),
  createdAt: Instant,
  updatedAt: Instant,
  phase: Nullable(Type.Union([PhaseName], { description: 'Null while Redis does not answer' })),
  room: Delivery,
  checkout: CheckoutDelivery,
  live: Nullable(Live),
});

/** A screen or two; a drop is some 2 KB. */
export const DROPS_PER_ANSWER = 100;
const DROPS_PER_ANSWER_MAX = 200;

export const DropListQuery = Type.Object({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: DROPS_PER_ANSWER_MAX, default: DROPS_PER_ANSWER }),
  ),
  after: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the answer before' })),
});

export const DropListAnswer = Type.Object({
  drops: Type.Array(DropAnswer),
  next: Nullable(Type.String({ description: 'Send as `after` for those that follow; null at the end' })),
});

/** The room's instances, as far as they have been heard of in the last minute. */
export const InstancesAnswer = Type.Object({
  policyVersion: Type.Integer({ description: 'What all of them should go by' }),
  total: Type.Integer(),
  onVersion: Type.Integer({ description: 'Alive, and on it' }),
  summary: Type.String({ description: '"2 of 3 on v42; behind: room-3 (v41)"' }),
  instances: Type.Array(
    Type.Object({
      id: Type.String(),
      policyVersion: Type.Integer({ description: '0: it has not read the drop yet' }),
      silentForMs: Type.Integer({ description: 'Since its last heartbeat; there is one a second' }),
      status: Type.Enum(['current', 'behind', 'silent']),
    }),
  ),
});

/** 202: in force in the room, and entered in the plan and the audit log as soon as Postgres answers. */
export const JournaledAnswer = Type.Object({
  id: DropId,
  isJournaled: Type.Literal(true),
  policyVersion: Type.Integer({ description: 'What the room decides by now' }),
  override: Type.Enum([...OVERRIDES]),
  ratePerMinute: Type.Number(),
  message: Message,
});
