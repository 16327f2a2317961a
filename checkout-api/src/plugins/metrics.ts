/** Every metric of the checkout, by name. Labels are bounded: outcomes, drops; never a shopper, a ticket or an address. */
import type { Metrics } from '@sluice/service-kit';

export type CheckoutMetrics = ReturnType<typeof createCheckoutMetrics>;

export function createCheckoutMetrics(metrics: Metrics) {
  const reportFailures = metrics.counter({
    name: 'checkout_report_failures_total',
    help: 'Rounds in which the waiting room or Redis did not take a report',
    labelNames: ['to'],
  });
  // A series that begins with its first failure has no rate until the second.
  for (const to of ['room', 'redis']) reportFailures.inc({ to }, 0);
  return {
    sessions: metrics.counter({
      name: 'checkout_sessions_total',
      help: 'Admissions presented to open a checkout session, by outcome',
      labelNames: ['outcome'],
    }),
    reservations: metrics.counter({
      name: 'checkout_reservations_total',
      help: 'Reservation requests, by outcome',
      labelNames: ['outcome'],
    }),
    batchSize: metrics.histogram({
      name: 'checkout_batch_requests',
      help: 'Reservation requests decided in one statement and one commit',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    }),
    batchSeconds: metrics.histogram({
      name: 'checkout_batch_seconds',
      help: 'Time from sending a batch of reservations to its commit',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    }),
    payments: metrics.counter({
      name: 'checkout_payments_total',
      help: 'Payment attempts, by outcome',
      labelNames: ['outcome'],
    }),
    refunds: metrics.counter({
      name: 'checkout_refunds_total',
      help: 'Refunds that came to their end, by outcome',
      labelNames: ['outcome'],
    }),
    providerEvents: metrics.counter({
      name: 'checkout_provider_events_total',
      help: 'Messages of payment providers, by outcome',
      labelNames: ['provider', 'outcome'],
    }),
    deliveries: metrics.counter({
      name: 'checkout_event_deliveries_total',
      help: 'Tries to tell somebody of an event, by kind of target and outcome',
      labelNames: ['target', 'outcome'],
    }),
    deadLetters: metrics.gauge({
      name: 'checkout_dead_letters',
      help: 'Jobs and event deliveries that have had their last try and wait for somebody',
      labelNames: ['of'],
    }),
    expired: metrics.counter({ name: 'checkout_holds_expired_total', help: 'Holds whose time ran out' }),
    expiryLagSeconds: metrics.gauge({
      name: 'checkout_expiry_lag_seconds',
      help: 'How late the latest hold of the last round was given back',
    }),
    holdExpiryLagSeconds: metrics.histogram({
      name: 'checkout_hold_expiry_lag_seconds',
      help: 'How late each hold was given back, by the clock of Postgres; promised: p99 of 2 s',
      buckets: [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30],
    }),
    sessionsInside: metrics.gauge({
      name: 'checkout_sessions_inside',
      help: 'Open checkout sessions, as last reported by this instance',
      labelNames: ['drop'],
    }),
    unitsHeld: metrics.gauge({
      name: 'checkout_units_held',
      help: 'Units on hold, as last reported by this instance',
      labelNames: ['drop'],
    }),
    unitsSellable: metrics.gauge({
      name: 'checkout_units_sellable',
      help: 'Units available, as last reported by this instance',
      labelNames: ['drop'],
    }),
    reportFailures,
  };
}

/** What is read at the moment of the scrape. */
export function addStateMetrics(
  metrics: Metrics,
  state: {
    waitingRequests: () => number;
    requestsInFlight: () => number;
    breakerState: () => number;
    pool: { waitingCount: number; totalCount: number; idleCount: number };
  },
): void {
  const read = (name: string, help: string, value: () => number) =>
    metrics.gauge({
      name,
      help,
      collect() {
        this.set(value());
      },
    });
  read(
    'checkout_batch_waiting_requests',
    'Reservation requests waiting for their batch',
    state.waitingRequests,
  );
  read('checkout_requests_in_flight', 'HTTP requests being answered', state.requestsInFlight);
  read('checkout_payment_breaker_state', '0 closed, 1 half open, 2 open', state.breakerState);
  read(
    'checkout_pool_waiting_requests',
    'Requests waiting for a connection to Postgres',
    () => state.pool.waitingCount,
  );
  read('checkout_pool_connections', 'Connections to Postgres', () => state.pool.totalCount);
  read('checkout_pool_idle_connections', 'Connections to Postgres that are idle', () => state.pool.idleCount);
}
