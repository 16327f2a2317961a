/** Tells a webhook, signed as Standard Webhooks say (https://www.standardwebhooks.com). */
import { Webhook } from 'standardwebhooks';
import type { AddressGuard } from './address-guard.ts';
import type { OutboxConsumer } from './consumer.ts';
import { post } from './post.ts';

export function createWebhookConsumer(guard: AddressGuard): OutboxConsumer {
  return {
    async take({ id, type, time, data }, { url, openSecrets }) {
      const body = JSON.stringify({ type: type.slice('sluice.'.length), timestamp: time, data });
      const now = new Date();
      const headers = {
        'content-type': 'application/json',
        // The same at every try: by it the receiver knows what it has seen.
        'webhook-id': id,
        'webhook-timestamp': `${Math.floor(now.getTime() / 1000)}`,
        'webhook-signature': openSecrets()
          .map((secret) => new Webhook(secret).sign(id, now, body))
          .join(' '),
      };
      const status = await post({ url, headers, body, guard });
      if (status >= 200 && status < 300) return { status: 'taken' };
      return { status: status === 410 ? 'gone' : 'failed', reason: `answered ${status}` };
    },
  };
}
