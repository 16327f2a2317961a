/** The port behind which a payment provider stands. Adapters translate; what to do about an outcome is decided in pay.ts. */

export interface ChargeRequest {
  /** The same key is the same charge, however often it is asked for. */
  idempotencyKey: string;
  /** The reservation, as the provider's books will show it. */
  reference: string;
  amountMinor: number;
  currency: string;
  method: string;
}

/** What a provider says for certain. A decline is an answer, not a failure. */
export type ChargeOutcome =
  | { status: 'captured'; chargeId: string }
  | { status: 'declined'; reason: string }
  /** Never charged, and never will be under this key. */
  | { status: 'voided'; reason: string }
  /** The shopper has to do something first, with the bank say. */
  | { status: 'requires_action'; action: PaymentAction }
  /** On its way; the provider tells when it knows. */
  | { status: 'processing' };

export type FinalOutcome = Exclude<ChargeOutcome, { status: 'requires_action' | 'processing' }>;

/** What the shopper has to do: follow `url`, or hand `clientSecret` to the provider's own script. */
export interface PaymentAction {
  type: 'redirect' | 'client';
  url?: string;
  clientSecret?: string;
}

export interface RefundCharge {
  /** The same key is the same refund. */
  idempotencyKey: string;
  chargeId: string;
  amountMinor: number;
  currency: string;
}

/**
 * - `look`: changes nothing; what was not asked for yet is `processing`.
 * - `settle`: whoever asked is dead or has stopped waiting. A key that was never charged is voided, so that a charge that is
 *   still on its way finds it spent.
 * - `give-up`: what waits for the shopper is voided too.
 */
export type ResolveMode = 'look' | 'settle' | 'give-up';

export type RefundOutcome =
  | { status: 'succeeded'; providerRefundId: string }
  /** Not now and not later: somebody has to look at it. */
  | { status: 'refused'; reason: string };

/** A refund as the provider's books have it. */
export interface ProviderRefund {
  providerRefundId: string;
  /** The idempotency key it was asked for with; undefined when somebody gave the money back at the provider itself. */
  key: string | undefined;
  amountMinor: number;
  status: 'pending' | 'succeeded' | 'refused';
}

/** A signed message of the provider's. What it says may be old: it is a reason to ask, not an answer. */
export interface ProviderEvent {
  id: string;
  type: string;
  /** The `idempotencyKey` of the charge it is about, or its `chargeId`; neither when it is about nothing of ours. */
  key?: string;
  chargeId?: string;
}

export interface PaymentProvider {
  /** What its methods begin with, and its webhooks' path ends with. */
  readonly name: string;
  /** What a shopper may name, for people to read: `sandbox:ok`, `stripe:pm_…`. */
  readonly methods: readonly string[];
  /** Is this one of its methods? */
  accepts(method: string): boolean;
  /**
   * Charges once per key.
   *
   * @throws ProviderUnreachableError when the request certainly never reached the provider
   * @throws anything else: the outcome is unknown, and `resolve` will find it out
   */
  charge(request: ChargeRequest, signal: AbortSignal): Promise<ChargeOutcome>;
  /** What became of a key; how far it may be voided for that is `mode`. */
  resolve(request: ChargeRequest, mode: ResolveMode, signal: AbortSignal): Promise<ChargeOutcome>;
  /** Gives money back, once per key. @throws when the outcome is unknown: asking again is safe */
  refund(request: RefundCharge, signal: AbortSignal): Promise<RefundOutcome>;
  /** The `idempotencyKey` a charge was asked for with; undefined when it is none of ours. */
  findKey(chargeId: string, signal: AbortSignal): Promise<string | undefined>;
  /** All refunds of a charge, whoever made them. */
  listRefunds(chargeId: string, signal: AbortSignal): Promise<ProviderRefund[]>;
  /**
   * Reads a webhook's body, byte for byte as it came.
   * @throws WebhookRefusedError
   */
  readEvent(body: Buffer, headers: Readonly<Record<string, string | string[] | undefined>>): ProviderEvent;
}

/** A message that is not from the provider, or too old to be believed. */
export class WebhookRefusedError extends Error {
  override readonly name = 'WebhookRefusedError';
  readonly reason: 'signature-missing' | 'signature-invalid' | 'too-old' | 'malformed';

  constructor(reason: WebhookRefusedError['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/** The request did not get through: trying again can't charge twice. */
export class ProviderUnreachableError extends Error {
  override readonly name = 'ProviderUnreachableError';
}
