/**
 * Brings one event to one target. The job that runs it may run twice; the target may see an event twice, under one id.
 * What fails is tried again later by a job that is written with the failure; what fails for ever is a dead letter.
 */
import { deliveryPauseSeconds } from '../domain/events.ts';
import type { BegunDelivery, DeliveryResult, EventStore, EventTarget } from '../store/events.ts';
import type { CloudEvent, ConsumerAnswer, OutboxConsumer } from './consumer.ts';

/** While a target fails, so long belongs to the one delivery that tries whether it is well again. */
const probeSeconds = 30;
/** An error is told, not kept: it may hold what the other side wanted us to keep. */
const reasonMax = 200;

export interface DeliverOptions {
  events: Pick<EventStore, 'begin' | 'finish'>;
  consumers: Readonly<Record<EventTarget['kind'], OutboxConsumer>>;
  /** Told of every try: delivered, failed, dead. */
  observe?: (kind: EventTarget['kind'], outcome: string) => void;
}

export async function deliverEvent(
  { eventId, targetId }: { eventId: string; targetId: string },
  { events, consumers, observe }: DeliverOptions,
): Promise<void> {
  const delivery = await events.begin(eventId, targetId, probeSeconds);
  if (delivery === undefined) return;
  const answer = await consumers[delivery.kind]
    .take(cloudEvent(eventId, delivery), delivery)
    .catch((error: unknown): ConsumerAnswer => ({ status: 'failed', reason: String(error) }));
  const result = resultOf(answer, delivery.tries + 1);
  await events.finish(eventId, targetId, result);
  if (result.error === null) observe?.(delivery.kind, 'delivered');
  else observe?.(delivery.kind, result.againSeconds === null ? 'dead' : 'failed');
}

function resultOf(answer: ConsumerAnswer, tries: number): DeliveryResult {
  if (answer.status === 'taken') return { error: null };
  const gone = answer.status === 'gone';
  const pause = gone ? undefined : deliveryPauseSeconds(tries, Math.random());
  return { error: answer.reason.slice(0, reasonMax), againSeconds: pause ?? null, gone };
}

function cloudEvent(id: string, { type, drop, subject, data, at }: BegunDelivery): CloudEvent {
  return {
    specversion: '1.0',
    id,
    type: `sluice.${type}`,
    source: `/drops/${drop}`,
    subject,
    time: at.toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}
