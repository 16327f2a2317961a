/**
 * A payment provider for trying things out, with books of its own (schema `sandbox`, its own pool). It behaves as real
 * ones do, its bad days included: the method's name chooses the day.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, query } from '../store/statements.ts';
import type { ChargeOutcome, ChargeRequest, PaymentProvider } from './provider.ts';

/** How long `sandbox:slow` takes: longer than a shopper likes, shorter than the time-out. */
const slowMs = 1500;

type Status = ChargeOutcome['status'];

/** Makes the provider. `database` must be a pool that nothing else uses. */
export function createSandboxProvider(database: Database): PaymentProvider {
  async function findCharge(key: string): Promise<ChargeOutcome> {
    type Row = { id: string; status: Status; reason: string | null };
    const [charge] = await query<Row>(database, 'sandbox-find-charge', [key]);
    if (charge === undefined) throw new Error('the sandbox lost a charge it had written');
    if (charge.status === 'captured') return { status: 'captured', chargeId: charge.id };
    return { status: charge.status, reason: charge.reason ?? charge.status };
  }

  /** Writes the charge unless the key is taken, and answers what stands in the books. */
  async function record(
    request: ChargeRequest,
    status: Status,
    reason: string | null,
  ): Promise<ChargeOutcome> {
    const { idempotencyKey, reference, amountMinor, currency } = request;
    await query(database, 'sandbox-charge', [
      idempotencyKey,
      reference,
      amountMinor,
      currency,
      status,
      reason,
    ]);
    return findCharge(idempotencyKey);
  }

  return {
    name: 'sandbox',
    methods: ['sandbox:ok', 'sandbox:decline', 'sandbox:slow', 'sandbox:timeout-after-capture'],

    async charge(request, signal) {
      switch (request.method) {
        case 'sandbox:decline':
          return record(request, 'declined', 'card_declined');
        case 'sandbox:slow':
          await delay(slowMs, undefined, { signal });
          return record(request, 'captured', null);
        case 'sandbox:timeout-after-capture': {
          await record(request, 'captured', null);
          // The money is taken and the answer never comes.
          return new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          });
        }
        default:
          return record(request, 'captured', null);
      }
    },

    resolve: (request) => record(request, 'voided', 'never_charged'),
  };
}
