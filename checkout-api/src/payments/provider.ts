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
  | { status: 'voided'; reason: string };

export interface PaymentProvider {
  readonly name: string;
  /** Methods this provider takes, as the API names them: `<provider>:<method>`. */
  readonly methods: readonly string[];
  /**
   * Charges once per key.
   *
   * @throws ProviderUnreachableError when the request certainly never reached the provider
   * @throws anything else: the outcome is unknown, and `resolve` will find it out
   */
  charge(request: ChargeRequest, signal: AbortSignal): Promise<ChargeOutcome>;
  /**
   * What became of a key. A key the provider has never seen is voided by this, so that a charge that is still on its
   * way finds it spent.
   */
  resolve(request: ChargeRequest, signal: AbortSignal): Promise<ChargeOutcome>;
}

/** The request did not get through: trying again can't charge twice. */
export class ProviderUnreachableError extends Error {
  override readonly name = 'ProviderUnreachableError';
}
