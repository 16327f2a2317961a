/** Who is told of events by the checkout, what could not be told, and jobs that have died there. */
import type { Static } from 'typebox';
import type {
  DeadJob,
  Delivery,
  WebhookAnswer,
  WebhookChange,
  WebhookRequest,
  WebhookWithSecret,
} from '../contract/webhooks.ts';
import { type Asked, type CallCheckout, read } from './checkout-http.ts';

type Webhook = Static<typeof WebhookAnswer>;

export interface WebhooksClient {
  list(): Promise<Asked<{ webhooks: Webhook[] }>>;
  /** The answer has its secret, this once. */
  create(
    webhook: Omit<Static<typeof WebhookRequest>, 'reason'>,
  ): Promise<Asked<Static<typeof WebhookWithSecret>>>;
  change(id: string, change: Omit<Static<typeof WebhookChange>, 'reason'>): Promise<Asked<Webhook>>;
  remove(id: string): Promise<Asked<null>>;
  rotate(id: string): Promise<Asked<{ secret: string }>>;
  deliveries(id: string, status: string): Promise<Asked<{ deliveries: Static<typeof Delivery>[] }>>;
  replay(id: string, events: readonly string[] | undefined): Promise<Asked<{ replayed: number }>>;
  deadJobs(): Promise<Asked<{ jobs: Static<typeof DeadJob>[] }>>;
  replayJob(id: string): Promise<Asked<{ replayed: number }>>;
}

export function createWebhooksClient(call: CallCheckout): WebhooksClient {
  const all = '/internal/v1/webhooks';
  return {
    list: async () => read(await call('GET', all)),
    create: async (webhook) => read(await call('POST', all, webhook)),
    change: async (id, change) => read(await call('PATCH', `${all}/${id}`, change)),
    remove: async (id) => read(await call('DELETE', `${all}/${id}`)),
    rotate: async (id) => read(await call('POST', `${all}/${id}/secret`)),
    deliveries: async (id, status) => read(await call('GET', `${all}/${id}/deliveries?status=${status}`)),
    replay: async (id, events) =>
      read(await call('POST', `${all}/${id}/replay`, events === undefined ? {} : { events })),
    deadJobs: async () => read(await call('GET', '/internal/v1/jobs/dead')),
    replayJob: async (id) => read(await call('POST', `/internal/v1/jobs/dead/${id}/replay`)),
  };
}
