/**
 * A payment provider for trying things out, with books of its own (schema `sandbox`, its own pool). It behaves as real
 * ones do, its bad days included: the method's name chooses the day.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, query } from '../store/statements.ts';
import type { ChargeRequest, FinalOutcome, PaymentProvider } from './provider.ts';

/** How long `sandbox:slow` takes: longer than a shopper likes, shorter than the time-out. */
const slowMs = 1500;

const methods = ['sandbox:ok', 'sandbox:decline', 'sandbox:slow', 'sandbox:timeout-after-capture'];

type Status = FinalOutcome['status'];

/** Makes the provider. `database` must be a pool that nothing else uses. */
export function createSandboxProvider(database: Database): PaymentProvider {
  async function findCharge(key: string): Promise<FinalOutcome | undefined> {
    type Row = { id: string; status: Status | 'refunded'; reason: string | null };
    const [charge] = await query<Row>(database, 'sandbox-find-charge', [key]);
    if (charge === undefined) return undefined;
    // What has been given back since was captured all the same.
    if (charge.status === 'captured' || charge.status === 'refunded')
      return { status: 'captured', chargeId: charge.id };
    return { status: charge.status, reason: charge.reason ?? charge.status };
  }

  /** Writes the charge unless the key is taken, and answers what stands in the books. */
  async function record(
    request: ChargeRequest,
    status: Status,
    reason: string | null,
  ): Promise<FinalOutcome> {
    const { idempotencyKey, reference, amountMinor, currency } = request;
    await query(database, 'sandbox-charge', [
      idempotencyKey,
      reference,
      amountMinor,
      currency,
      status,
      reason,
    ]);
    const charge = await findCharge(idempotencyKey);
    if (charge === undefined) throw new Error('the sandbox lost a charge it had written');
    return charge;
  }

  return {
    name: 'sandbox',
    methods,
    accepts: (method) => methods.includes(method),

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

    async resolve(request, mode) {
      if (mode !== 'look') return record(request, 'voided', 'never_charged');
      return (await findCharge(request.idempotencyKey)) ?? { status: 'processing' };
    },

    async refund({ idempotencyKey, chargeId, amountMinor }) {
      const values = [idempotencyKey, chargeId, amountMinor];
      const [row] = await query<{ id: string | null }>(database, 'sandbox-refund', values);
      return row?.id
        ? { status: 'succeeded', providerRefundId: row.id }
        : { status: 'refused', reason: 'charge_has_not_that_much' };
    },
  };
}
