/** Stock of a drop: asked of the checkout, which keeps the ledger, and moved there. The asking and its outcome are audited. */
import { randomUUID } from 'node:crypto';
import { problem } from '@sluice/service-kit';
import type { Balance, CheckoutClient, Movement } from '../clients/checkout.ts';
import { CheckoutFault } from '../clients/checkout-http.ts';
import { stockDangers } from '../domain/dangers.ts';
import type { Who } from '../store/audit.ts';
import { requireConfirmation } from './confirm.ts';
import type { ControlPlane } from './control-plane.ts';
import { requireCheckout } from './require-checkout.ts';

const RETRY_AFTER_SECONDS = 2;

const unavailable = (detail: string) =>
  problem('stock-unavailable', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });

/** @throws Problem `no-such-drop`, `no-checkout`, `stock-unavailable` */
export async function readStock(plane: ControlPlane, id: string): Promise<Balance[]> {
  const drop = await plane.drops.find(id);
  if (!drop) throw problem('no-such-drop', `No drop has the id "${id}".`);
  const checkout = requireCheckout(plane);
  if (drop.products.length === 0) return [];
  try {
    const balances = await checkout.balances(id);
    if (balances) return balances;
  } catch (error) {
    if (error instanceof CheckoutFault) throw unavailable(`Stock can not be read: ${error.message}.`);
    throw error;
  }
  throw unavailable('The checkout has not been told of this drop yet; it will be.');
}

export interface MovementRequest extends Who {
  readonly drop: string;
  readonly sku: string;
  /** Units put in (+) or taken out (-). */
  readonly delta: number;
  readonly reason: string;
  /** The same key is the same movement, however often it is asked for; null: each request is one. */
  readonly key: string | null;
  /** The operator has been told what is dangerous about it. */
  readonly isConfirmed: boolean;
  /** It takes another movement back, and is itself not to be taken back. */
  readonly isUndoing?: boolean;
}

/**
 * Moves stock. What was not answered is asked once more under the same key, which can't count twice; whether a movement
 * happened that was still not answered is told by asking again under that key, or by the balances.
 * @throws Problem `no-such-drop`, `no-checkout`, `confirmation-required`, `no-such-sku`, `not-enough-stock`, `idempotency-key-reused`,
 *   `stock-unavailable`, `stock-outcome-unknown`
 */
export async function moveStock(
  plane: ControlPlane,
  { drop, sku, delta, actor, reason, key, isConfirmed, isUndoing = false }: MovementRequest,
): Promise<Movement> {
  // A checkout that can't be asked is told before anything is written.
  const balance = (await readStock(plane, drop)).find((one) => one.sku === sku);
  if (balance) requireConfirmation(stockDangers(balance, delta), isConfirmed);
  const entryOf = (act: string, after: unknown) => ({ act, drop, actor, reason, before: null, after });
  const record = (act: string, after: unknown) => plane.audit.record(entryOf(act, after));
  await record('stock.move', { sku, delta });
  const checkout = requireCheckout(plane);
  let outcome: Awaited<ReturnType<typeof checkout.move>>;
  try {
    outcome = await moveOnce(checkout, drop, key ?? randomUUID(), { sku, delta, reason, actor });
  } catch (error) {
    if (!(error instanceof CheckoutFault)) throw error;
    const { maybeDone, message } = error;
    await record(maybeDone ? 'stock.unknown' : 'stock.failed', { sku, delta, error: message });
    if (!maybeDone) throw unavailable(`The stock was not moved: ${message}.`);
    const how = key === null ? 'read the balances before trying again' : 'send it again under the same key';
    throw problem('stock-outcome-unknown', `${message}; ${how}.`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (typeof outcome === 'string') {
    await record('stock.refused', { sku, delta, refusal: outcome });
    throw problem(outcome, REFUSALS[outcome]);
  }
  const act = isUndoing ? 'stock.moved-back' : 'stock.moved';
  await plane.audit.recordMovement(entryOf(act, { sku, delta, movement: outcome.id }), outcome.id);
  plane.count.act('stock.move');
  return outcome;
}

const REFUSALS = {
  'no-such-sku': 'The drop sells no such SKU.',
  'not-enough-stock': 'What is held or sold can not be withdrawn.',
  'idempotency-key-reused': 'It was another movement. Use a new key for a new one.',
} as const;

/** Asks a second time when the first may have arrived: the key makes it one movement. */
async function moveOnce(
  checkout: CheckoutClient,
  ...[drop, key, movement]: Parameters<CheckoutClient['move']>
): ReturnType<CheckoutClient['move']> {
  try {
    return await checkout.move(drop, key, movement);
  } catch (error) {
    if (!(error instanceof CheckoutFault && error.maybeDone)) throw error;
    return await checkout.move(drop, key, movement).catch(() => {
      throw error;
    });
  }
}
