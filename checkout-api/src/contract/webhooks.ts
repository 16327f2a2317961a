/** Messages of payment providers, and the addresses that are told of events. */
import { Type } from 'typebox';
import { eventTypes } from '../domain/events.ts';
import { DropId, Id, Instant } from './common.ts';

export const ProviderParams = Type.Object({
  provider: Type.String({ minLength: 1, maxLength: 32, description: 'Name of a payment provider' }),
});

const EventTypes = Type.Array(Type.Enum([...eventTypes]), { minItems: 1, maxItems: 20, uniqueItems: true });
const Url = Type.String({ minLength: 1, maxLength: 2000, description: 'https, leading to a public address' });

export const WebhookRequest = Type.Object(
  {
    url: Url,
    types: EventTypes,
    drops: Type.Optional(
      Type.Array(DropId, { minItems: 1, maxItems: 100, description: 'Every drop when not given' }),
    ),
  },
  { additionalProperties: false },
);

export const WebhookChange = Type.Object(
  {
    url: Type.Optional(Url),
    types: Type.Optional(EventTypes),
    enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1 },
);

export const WebhookAnswer = Type.Object({
  id: Id,
  kind: Type.Enum(['webhook', 'outbox']),
  url: Type.String(),
  types: Type.Array(Type.String()),
  drops: Type.Optional(Type.Array(DropId)),
  enabled: Type.Boolean(),
  disabledReason: Type.Optional(Type.String()),
  failures: Type.Integer({
    description: 'In a row; from 5 on it is tried by one delivery at a time, with pauses',
  }),
  pausedUntil: Type.Optional(Instant),
  dead: Type.Integer({ description: 'Deliveries that have had their last try' }),
  createdAt: Instant,
});

export const WebhookWithSecret = Type.Object({
  ...WebhookAnswer.properties,
  secret: Type.String({ description: 'Shown this once' }),
});

export const SecretAnswer = Type.Object({
  secret: Type.String({ description: 'Shown this once; the old one signs too for a day' }),
});

export const DeliveriesQuery = Type.Object(
  { status: Type.Enum(['pending', 'delivered', 'dead'], { default: 'dead' }) },
  { additionalProperties: false },
);

export const DeliveriesAnswer = Type.Object({
  deliveries: Type.Array(
    Type.Object({
      eventId: Id,
      type: Type.String(),
      drop: DropId,
      at: Instant,
      status: Type.String(),
      tries: Type.Integer(),
      lastError: Type.Optional(Type.String()),
      lastTriedAt: Type.Optional(Instant),
    }),
  ),
});

export const ReplayRequest = Type.Object(
  {
    events: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 1000, description: 'All when not given' })),
  },
  { additionalProperties: false },
);

export const ReplayAnswer = Type.Object({ replayed: Type.Integer() });

export const DeadJobsAnswer = Type.Object({
  jobs: Type.Array(
    Type.Object({
      id: Type.String(),
      task: Type.String(),
      tries: Type.Integer(),
      lastError: Type.Optional(Type.String()),
      createdAt: Instant,
      diedAt: Instant,
    }),
  ),
});

export const JobParams = Type.Object({
  id: Type.String({ pattern: '^[0-9]{1,18}$', description: 'Of a dead job' }),
});
