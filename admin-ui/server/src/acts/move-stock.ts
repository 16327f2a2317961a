/** Stock of a drop: asked of the checkout, which keeps the ledger, and moved there. The asking and its outcome are audited. */
import { problem } from '@sluice/service-kit';
import { type Balance, CheckoutFault, type Movement } from '../clients/checkout.ts';
import { stockDangers } from '../domain/dangers.ts';
import type { AuditEntry, Who } from '../store/audit.ts';
import { requireConfirmation } from './confirm.ts';
import type { ControlPlane } from './control-plane.ts';

const RETRY_AFTER_SECONDS = 2;

const unavailable = (detail: string) =>
  problem('stock-unavailable', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });

/** @throws Problem `no-such-drop`, `stock-unavailable` */
export async function readStock(plane: ControlPlane, id: string): Promise<Balance[]> {
  const drop = await plane.drops.find(id);
  if (!drop) throw problem('no-such-drop', `No drop has the id "${id}".`);
  if (drop.products.length === 0) return [];
  try {
    const balances = await plane.checkout.balances(id);
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
  /** The operator has been told what is dangerous about it. */
  readonly isConfirmed: boolean;
  /** It takes another movement back, and is itself not to be taken back. */
  readonly isUndoing?: boolean;
}

/**
 * Moves stock. Not repeated by itself: whether a movement that was not answered happened is told by the balances.
 * @throws Problem `no-such-drop`, `confirmation-required`, `no-such-sku`, `not-enough-stock`, `stock-unavailable`, `stock-outcome-unknown`
 */
export async function moveStock(
  plane: ControlPlane,
  { drop, sku, delta, actor, reason, isConfirmed, isUndoing = false }: MovementRequest,
): Promise<Movement> {
  // A checkout that can't be asked is told before anything is written.
  const balance = (await readStock(plane, drop)).find((one) => one.sku === sku);
  if (balance) requireConfirmation(stockDangers(balance, delta), isConfirmed);
  const record = (act: string, after: unknown) => {
    const entry: AuditEntry = { act, drop, actor, reason, before: null, after };
    return plane.audit.record(entry);
  };
  await record('stock.move', { sku, delta });
  let outcome: Awaited<ReturnType<typeof plane.checkout.move>>;
  try {
    outcome = await plane.checkout.move(drop, { sku, delta, reason, actor });
  } catch (error) {
    if (!(error instanceof CheckoutFault)) throw error;
    const { maybeDone, message } = error;
    await record(maybeDone ? 'stock.unknown' : 'stock.failed', { sku, delta, error: message });
    if (!maybeDone) throw unavailable(`The stock was not moved: ${message}.`);
    throw problem('stock-outcome-unknown', `${message}; read the balances before trying again.`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (outcome === 'no-such-sku' || outcome === 'not-enough-stock') {
    await record('stock.refused', { sku, delta, refusal: outcome });
    throw outcome === 'no-such-sku'
      ? problem('no-such-sku', `The drop sells no "${sku}".`)
      : problem('not-enough-stock', 'What is held or sold can not be withdrawn.');
  }
  await record(isUndoing ? 'stock.moved-back' : 'stock.moved', { sku, delta, movement: outcome.id });
  plane.count.act('stock.move');
  return outcome;
}
