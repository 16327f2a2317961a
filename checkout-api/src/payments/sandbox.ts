/**
 * A payment provider for trying things out, with books of its own (schema `sandbox`, its own pool). It behaves as real
 * ones do, its bad days included: the method's name chooses the day.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { type Database, query } from '../store/statements.ts';
import {
  type ChargeOutcome,
  type ChargeRequest,
  type PaymentProvider,
  WebhookRefusedError,
} from './provider.ts';

/** How long `sandbox:slow` takes: longer than a shopper likes, shorter than the time-out. */
const slowMs = 1500;
/** How long the bank or the shopper takes. */
const settlesAfterSeconds = 2;
/** How late the message of `sandbox:late-webhook` is: past the reconciler's first question. */
const lateSeconds = 15;

interface Day {
  status: ChargeOutcome['status'];
  reason?: string;
  /** Captured by itself after so long. */
  settlesAfterSeconds?: number;
  /** Messages about it: how often, how late. None: the answer has said it all. */
  sends?: number;
  sentAfterSeconds?: number;
  answer?: 'slow' | 'never';
}

const days: Readonly<Record<string, Day>> = {
  'sandbox:ok': { status: 'captured' },
  'sandbox:decline': { status: 'declined', reason: 'card_declined' },
  'sandbox:slow': { status: 'captured', answer: 'slow' },
  'sandbox:timeout-after-capture': { status: 'captured', answer: 'never' },
  'sandbox:late-webhook': { status: 'captured', answer: 'never', sends: 1, sentAfterSeconds: lateSeconds },
  'sandbox:duplicate-webhooks': { status: 'captured', sends: 3 },
  'sandbox:processing': { status: 'processing', settlesAfterSeconds, sends: 1 },
  'sandbox:requires-action': { status: 'requires_action', settlesAfterSeconds, sends: 1 },
  'sandbox:action-abandoned': { status: 'requires_action', sends: 1 },
};

type Status = ChargeOutcome['status'] | 'refunded';

/**
 * Makes the provider.
 * @param database a pool that nothing else uses
 * @param webhookSecret what its messages are signed with
 */
export function createSandboxProvider(database: Database, webhookSecret: string): PaymentProvider {
  const webhook = new Webhook(webhookSecret);

  async function findCharge(key: string): Promise<ChargeOutcome | undefined> {
    type Row = { id: string; status: Status; reason: string | null };
    const [charge] = await query<Row>(database, 'sandbox-find-charge', [key]);
    if (charge === undefined) return undefined;
    const { id, status, reason } = charge;
    switch (status) {
      case 'captured':
      case 'refunded': // What has been given back since was captured all the same.
        return { status: 'captured', chargeId: id };
      case 'requires_action':
        return { status, action: { type: 'redirect', url: `https://bank.invalid/approve/${id}` } };
      case 'processing':
        return { status };
      case 'declined':
      case 'voided':
        return { status, reason: reason ?? status };
    }
  }

  /** Writes the charge unless the key is taken, and answers what stands in the books. */
  async function record(request: ChargeRequest, day: Day): Promise<ChargeOutcome> {
    const { idempotencyKey, reference, amountMinor, currency } = request;
    const { status, reason, settlesAfterSeconds, sends = 0, sentAfterSeconds = 0 } = day;
    await query(database, 'sandbox-charge', [
      ...[idempotencyKey, reference, amountMinor, currency, status, reason ?? null],
      ...[settlesAfterSeconds ?? null, sends, sentAfterSeconds],
    ]);
    const charge = await findCharge(idempotencyKey);
    if (charge === undefined) throw new Error('the sandbox lost a charge it had written');
    return charge;
  }

  return {
    name: 'sandbox',
    methods: Object.keys(days),
    accepts: (method) => Object.hasOwn(days, method),

    async charge(request, signal) {
      const day = days[request.method];
      if (day === undefined) throw new Error(`the sandbox has no ${request.method}`);
      if (day.answer === 'slow') await delay(slowMs, undefined, { signal });
      const outcome = await record(request, day);
      if (day.answer !== 'never') return outcome;
      // The money is taken and the answer never comes.
      return new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },

    async resolve(request, mode) {
      const { idempotencyKey } = request;
      if (mode === 'look') return (await findCharge(idempotencyKey)) ?? { status: 'processing' };
      if (mode === 'give-up') await query(database, 'sandbox-void-charge', [idempotencyKey]);
      return record(request, { status: 'voided', reason: 'never_charged' });
    },

    async refund({ idempotencyKey, chargeId, amountMinor }) {
      const values = [idempotencyKey, chargeId, amountMinor];
      const [row] = await query<{ id: string | null }>(database, 'sandbox-refund', values);
      return row?.id
        ? { status: 'succeeded', providerRefundId: row.id }
        : { status: 'refused', reason: 'charge_has_not_that_much' };
    },

    // Its messages name the key.
    findKey: async () => undefined,

    async listRefunds(chargeId) {
      type Row = { id: string; key: string; amountMinor: number };
      const rows = await query<Row>(database, 'sandbox-list-refunds', [chargeId]);
      return rows.map(({ id, key, amountMinor }) => ({
        providerRefundId: id,
        key: key.startsWith('by-hand') ? undefined : key,
        amountMinor,
        status: 'succeeded' as const,
      }));
    },

    readEvent(body, headers) {
      const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
      if (names.some((name) => typeof headers[name] !== 'string' || headers[name] === ''))
        throw new WebhookRefusedError('signature-missing');
      let event: unknown;
      try {
        event = webhook.verify(body, headers as Record<(typeof names)[number], string>);
      } catch (error) {
        if (!(error instanceof WebhookVerificationError)) throw new WebhookRefusedError('malformed');
        throw new WebhookRefusedError(/too (old|new)/.test(error.message) ? 'too-old' : 'signature-invalid');
      }
      const { type, key } = (event ?? {}) as { type?: unknown; key?: unknown };
      if (typeof type !== 'string' || typeof key !== 'string') throw new WebhookRefusedError('malformed');
      return { id: String(headers['webhook-id']), type, key };
    },
  };
}
