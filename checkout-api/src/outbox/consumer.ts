/** The outbox port: whoever is told of events stands behind it. An event is a CloudEvent (1.0); a consumer may see it twice. */
import type { BegunDelivery } from '../store/events.ts';

/** Attributes as in the CloudEvents specification; `id` stays the same when an event is told again. */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  /** `sluice.` and the type. */
  type: string;
  /** The drop. */
  source: string;
  /** What it is about: an order's id, a SKU, a drop. */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: Record<string, unknown>;
}

export type ConsumerAnswer =
  | { status: 'taken' }
  /** Not now. */
  | { status: 'failed'; reason: string }
  /** Never again. */
  | { status: 'gone'; reason: string };

export interface OutboxConsumer {
  /** @throws anything: the same as `failed` */
  take(event: CloudEvent, target: Pick<BegunDelivery, 'url' | 'openSecrets'>): Promise<ConsumerAnswer>;
}
