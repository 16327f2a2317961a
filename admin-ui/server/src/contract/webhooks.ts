/** Webhooks over HTTP: who is told of events, what could not be told, and jobs that died. The checkout keeps and sends them. */
import { Type } from 'typebox';
import { DropId, Instant, Reason } from './common.ts';

export const EVENT_TYPES = [
  'order.paid',
  'order.fulfilled',
  'order.cancelled',
  'order.partially_refunded',
  'order.refunded',
  'stock.changed',
  'stock.low',
  'drop.sold_out',
] as const;

const Id = Type.String({ format: 'uuid' });
const EventTypes = Type.Array(Type.Enum([...EVENT_TYPES]), { minItems: 1, maxItems: 20, uniqueItems: true });
const Url = Type.String({ minLength: 1, maxLength: 2000, description: 'https, leading to a public address' });

export const WebhookParams = Type.Object({ webhook: Id });
export const JobParams = Type.Object({
  job: Type.String({ pattern: '^[0-9]{1,18}$', description: 'Of a dead job' }),
});

export const WebhookRequest = Type.Object(
  {
    url: Url,
    types: EventTypes,
    drops: Type.Optional(
      Type.Array(DropId, { minItems: 1, maxItems: 100, description: 'Every drop when not given' }),
    ),
    reason: Type.Optional(Reason),
  },
  { additionalProperties: false },
);

export const WebhookChange = Type.Object(
  {
    url: Type.Optional(Url),
    types: Type.Optional(EventTypes),
    enabled: Type.Optional(Type.Boolean()),
    reason: Type.Optional(Reason),
  },
  { additionalProperties: false, minProperties: 1 },
);

export const WebhookAnswer = Type.Object({
  id: Id,
  kind: Type.Enum(['webhook', 'outbox'], { description: 'outbox: the event bus of the installation' }),
  url: Type.String(),
  types: Type.Array(Type.String()),
  drops: Type.Optional(Type.Array(DropId)),
  enabled: Type.Boolean(),
  disabledReason: Type.Optional(Type.String()),
  failures: Type.Integer({ description: 'In a row' }),
  pausedUntil: Type.Optional(Instant),
  dead: Type.Integer({ description: 'Deliveries that have had their last try' }),
  createdAt: Instant,
});

export const WebhookList = Type.Object({ webhooks: Type.Array(WebhookAnswer) });

export const WebhookWithSecret = Type.Object({
  ...WebhookAnswer.properties,
  secret: Type.String({ description: 'Signs every request (Standard Webhooks); shown this once' }),
});

export const SecretAnswer = Type.Object({
  secret: Type.String({ description: 'Shown this once; the old one signs too for a day' }),
});

export const DeliveriesQuery = Type.Object({
  status: Type.Optional(Type.Enum(['pending', 'delivered', 'dead'], { default: 'dead' })),
});

export const Delivery = Type.Object({
  eventId: Id,
  type: Type.String(),
  drop: DropId,
  at: Instant,
  status: Type.Enum(['pending', 'delivered', 'dead']),
  tries: Type.Integer(),
  lastError: Type.Optional(Type.String()),
  lastTriedAt: Type.Optional(Instant),
});

export const DeliveryList = Type.Object({ deliveries: Type.Array(Delivery) });

export const ReplayRequest = Type.Object(
  {
    events: Type.Optional(
      Type.Array(Id, { minItems: 1, maxItems: 1000, description: 'All dead ones when not given' }),
    ),
    reason: Type.Optional(Reason),
  },
  { additionalProperties: false },
);

export const ReplayAnswer = Type.Object({ replayed: Type.Integer() });

export const DeadJob = Type.Object({
  id: Type.String(),
  task: Type.String(),
  tries: Type.Integer(),
  lastError: Type.Optional(Type.String()),
  createdAt: Instant,
  diedAt: Instant,
});

export const DeadJobList = Type.Object({ jobs: Type.Array(DeadJob) });

export const JobReplayRequest = Type.Object(
  { reason: Type.Optional(Reason) },
  { additionalProperties: false },
);
