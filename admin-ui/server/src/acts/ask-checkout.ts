/** Questions and acts that only the checkout can answer: what it says becomes an answer here, or a problem that says why not. */
import { problem } from '@sluice/service-kit';
import type { CheckoutClient } from '../clients/checkout.ts';
import { type Asked, CheckoutFault, type Refusal } from '../clients/checkout-http.ts';
import type { AuditEntry } from '../store/audit.ts';
import type { ControlPlane } from './control-plane.ts';
import { requireCheckout } from './require-checkout.ts';

const RETRY_AFTER_SECONDS = 2;

/**
 * Asks, and changes nothing.
 * @throws Problem 503 `orders-unavailable`, 409 `no-checkout`, or what the checkout refused it with
 */
export async function askCheckout<T>(
  plane: Pick<ControlPlane, 'checkout'>,
  ask: (checkout: CheckoutClient) => Promise<Asked<T>>,
): Promise<T> {
  const asked = await ask(requireCheckout(plane)).catch((error: unknown) => {
    if (error instanceof CheckoutFault) throw unavailable(error);
    throw error;
  });
  if (asked.ok) return asked.value;
  throw refusalProblem(asked.refusal);
}

/** For whoever can do without: `unavailable` while it does not answer, `none` where there is none. */
export async function askIfThere<T>(
  { checkout }: Pick<ControlPlane, 'checkout'>,
  ask: (checkout: CheckoutClient) => Promise<Asked<T>>,
): Promise<T | 'unavailable' | 'none'> {
  if (checkout === null) return 'none';
  try {
    const asked = await ask(checkout);
    // A drop that it has not been told of yet.
    return asked.ok ? asked.value : 'unavailable';
  } catch (error) {
    if (error instanceof CheckoutFault) return 'unavailable';
    throw error;
  }
}

export interface ActOptions<T> {
  /** What the entry says of what was done. */
  readonly told?: (value: T) => Readonly<Record<string, unknown>>;
  /** Sending it twice is sending it once. */
  readonly isRepeatable?: boolean;
}

/**
 * Has the checkout do something, with the asking and its outcome in the audit log. What may be repeated is asked a
 * second time when the first was not answered.
 * @throws Problem as above; 503 `checkout-outcome-unknown` when whether it happened is not known
 */
export async function actInCheckout<T>(
  plane: Pick<ControlPlane, 'checkout' | 'audit' | 'count'>,
  entry: Omit<AuditEntry, 'before'>,
  ask: (checkout: CheckoutClient) => Promise<Asked<T>>,
  { told = () => ({}), isRepeatable = true }: ActOptions<T> = {},
): Promise<T> {
  const checkout = requireCheckout(plane);
  const asking = entry.after as Record<string, unknown>;
  const record = (outcome: string, more: Readonly<Record<string, unknown>> = {}) =>
    plane.audit.record({ ...entry, before: null, after: { ...asking, outcome, ...more } });
  await record('asked');
  let asked: Asked<T>;
  try {
    asked = await (isRepeatable ? askTwice(() => ask(checkout)) : ask(checkout));
  } catch (error) {
    if (!(error instanceof CheckoutFault)) throw error;
    await record(error.maybeDone ? 'unknown' : 'failed', { error: error.message });
    if (!error.maybeDone) throw unavailable(error);
    const how = isRepeatable ? 'send it again, it happens once' : 'look before you send it again';
    throw problem('checkout-outcome-unknown', `${error.message}; ${how}.`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (!asked.ok) {
    await record('refused', { refusal: asked.refusal.type });
    throw refusalProblem(asked.refusal);
  }
  await record('done', told(asked.value));
  plane.count.act(entry.act);
  return asked.value;
}

async function askTwice<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof CheckoutFault && error.maybeDone)) throw error;
    return await ask().catch(() => {
      throw error;
    });
  }
}

const unavailable = ({ message }: CheckoutFault) =>
  problem('orders-unavailable', `Nothing was done: ${message}.`, { retryAfterSeconds: RETRY_AFTER_SECONDS });

/** What the checkout refuses that means the same here. */
const REFUSALS = [
  'invalid-request',
  'no-such-drop',
  'no-such-order',
  'no-such-webhook',
  'no-such-job',
  'order-state',
  'refund-too-large',
  'idempotency-key-reused',
  'webhooks-not-set-up',
] as const;

function refusalProblem({ type, detail, members }: Refusal): Error {
  const known = REFUSALS.find((one) => one === type);
  if (known === undefined) return new Error(`the checkout refused with "${type}": ${detail}`);
  return problem(known, detail, members);
}
