/** Sends the sandbox's messages to its webhook, as a provider elsewhere would: at least once, signed, in no order. */
import { Webhook } from 'standardwebhooks';
import { type Database, query } from '../store/statements.ts';

const batch = 20;
/** Between two tries to deliver a message. */
const againSeconds = 5;
const timeoutMs = 3000;

export interface SandboxMessagesOptions {
  /** The sandbox's own pool. */
  database: Database;
  /** Where its messages go. */
  url: string;
  secret: string;
}

/** Sends what is due. One that does not arrive is sent again later. */
export async function sendSandboxMessages({ database, url, secret }: SandboxMessagesOptions): Promise<void> {
  type Event = { id: string; type: string; key: string; chargeId: string; createdAt: Date };
  const due = await query<Event>(database, 'sandbox-take-events', [batch, againSeconds]);
  const webhook = new Webhook(secret);
  await Promise.all(
    due.map(async (event) => {
      const body = JSON.stringify(event);
      const at = new Date();
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'webhook-id': event.id,
            'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
            'webhook-signature': webhook.sign(event.id, at, body),
          },
          body,
          signal: AbortSignal.timeout(timeoutMs),
        });
        await response.body?.cancel();
        if (response.ok) await query(database, 'sandbox-acknowledge-event', [event.id]);
      } catch {
        // Nobody there: it is due again in a while.
      }
    }),
  );
}
