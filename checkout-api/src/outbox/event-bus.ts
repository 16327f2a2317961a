/**
 * The example of a consumer for those who have an event bus: CloudEvents by HTTP (structured mode), as Kafka bridges, Knative,
 * EventBridge pipes or a function in front of SQS take them. The address is the operator's own, so it is not guarded.
 */
import type { OutboxConsumer } from './consumer.ts';
import { post } from './post.ts';

/** @param token sent as a bearer token, when there is one */
export function createEventBusConsumer(token: string | undefined): OutboxConsumer {
  return {
    async take(event, { url }) {
      const headers = {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const status = await post({ url, headers, body: JSON.stringify(event), guard: undefined });
      // The operator's own bus never means to be told nothing: 410 is a failure like any other.
      return status >= 200 && status < 300
        ? { status: 'taken' }
        : { status: 'failed', reason: `answered ${status}` };
    },
  };
}
