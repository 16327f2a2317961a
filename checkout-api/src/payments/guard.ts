/**
 * Keeps a provider's bad days from becoming ours: a time-out around every call, a retry where it can't charge twice,
 * and a circuit breaker. Declines are answers and pass through untouched.
 */
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  handleType,
  isBrokenCircuitError,
  retry,
  TimeoutStrategy,
  timeout,
} from 'cockatiel';
import {
  type ChargeOutcome,
  type ChargeRequest,
  type PaymentProvider,
  type ProviderRefund,
  ProviderUnreachableError,
  type RefundCharge,
  type RefundOutcome,
  type ResolveMode,
} from './provider.ts';

/** Longer than `sandbox:slow` and than a card network's usual second or two; a shopper is waiting for it. */
export const chargeTimeoutMs = 3000;
/** So many failures in a row, and nobody else is made to wait for the time-out. */
const failuresToOpen = 5;
/** Then one probe is let through. */
const halfOpenAfterMs = 5000;

/** As the port says; everything rejects also when the time is up (outcome unknown) or the breaker is open (never asked). */
export interface GuardedProvider extends Pick<PaymentProvider, 'name' | 'methods' | 'accepts' | 'readEvent'> {
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  resolve(request: ChargeRequest, mode: ResolveMode): Promise<ChargeOutcome>;
  refund(request: RefundCharge): Promise<RefundOutcome>;
  findKey(chargeId: string): Promise<string | undefined>;
  listRefunds(chargeId: string): Promise<ProviderRefund[]>;
  /** 0 closed, 1 half open, 2 open. */
  breakerState(): 0 | 1 | 2;
}

/** The breaker is open: the provider was not asked, so no money can have moved. */
export function isProviderSpared(error: unknown): boolean {
  return isBrokenCircuitError(error) || error instanceof ProviderUnreachableError;
}

/** Wraps a provider. */
export function guardProvider(
  provider: PaymentProvider,
  options: { timeoutMs?: number; halfOpenAfterMs?: number } = {},
): GuardedProvider {
  const timeoutMs = options.timeoutMs ?? chargeTimeoutMs;
  const breaker: CircuitBreakerPolicy = circuitBreaker(handleAll, {
    halfOpenAfter: options.halfOpenAfterMs ?? halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(failuresToOpen),
  });
  // Only what certainly never arrived is sent again: a time-out may have charged and is the reconciler's to find out.
  const again = retry(handleType(ProviderUnreachableError), {
    maxAttempts: 2,
    backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 500 }),
  });

  // Aggressive: an adapter that ignores its signal must not make a shopper wait.
  const limit = timeout(timeoutMs, TimeoutStrategy.Aggressive);

  function call<Answer>(ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    return again.execute(() => breaker.execute(() => limit.execute(({ signal }) => ask(signal))));
  }

  return {
    name: provider.name,
    methods: provider.methods,
    accepts: (method) => provider.accepts(method),
    charge: (request) => call((signal) => provider.charge(request, signal)),
    resolve: (request, mode) => call((signal) => provider.resolve(request, mode, signal)),
    readEvent: (body, headers) => provider.readEvent(body, headers),
    findKey: (chargeId) => call((signal) => provider.findKey(chargeId, signal)),
    listRefunds: (chargeId) => call((signal) => provider.listRefunds(chargeId, signal)),
    refund: (request) => call((signal) => provider.refund(request, signal)),
    breakerState() {
      if (breaker.state === CircuitState.HalfOpen) return 1;
      return breaker.state === CircuitState.Closed ? 0 : 2;
    },
  };
}
