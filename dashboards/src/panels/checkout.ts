/** The checkout behind the line. */
import { curve } from '../panel-kinds.ts';

const perSecond = (metric: string) => `sum by (outcome) (rate(${metric}[$__rate_interval]))`;

export const CHECKOUT_PANELS = [
  curve({
    title: 'Sessions opened a second',
    about: 'Admissions presented, by outcome.',
    unit: 'short',
    queries: { '{{outcome}}': perSecond('checkout_sessions_total') },
  }),
  curve({
    title: 'Reservations a second',
    about: 'By outcome.',
    unit: 'short',
    queries: { '{{outcome}}': perSecond('checkout_reservations_total') },
  }),
  curve({
    title: 'Payments a second',
    about: 'By outcome, and the breaker: 0 closed, 1 probing, 2 open.',
    unit: 'short',
    queries: {
      '{{outcome}}': perSecond('checkout_payments_total'),
      'breaker {{instance}}': 'checkout_payment_breaker_state',
    },
  }),
  curve({
    title: 'Requests in one commit',
    about: 'Mean size of a batch of reservations: the more arrive at once, the cheaper each gets.',
    unit: 'short',
    queries: {
      mean: 'sum(rate(checkout_batch_requests_sum[$__rate_interval])) / sum(rate(checkout_batch_requests_count[$__rate_interval]))',
    },
  }),
  curve({
    title: 'Time of a batch',
    about: 'From sending to commit, median and 99th percentile.',
    unit: 's',
    queries: {
      median: 'histogram_quantile(0.5, sum by (le) (rate(checkout_batch_seconds_bucket[$__rate_interval])))',
      p99: 'histogram_quantile(0.99, sum by (le) (rate(checkout_batch_seconds_bucket[$__rate_interval])))',
    },
  }),
  curve({
    title: 'Waiting inside the checkout',
    about: 'Requests in flight, those waiting for a batch, and for a connection.',
    unit: 'short',
    queries: {
      'in flight {{instance}}': 'checkout_requests_in_flight',
      'for a batch {{instance}}': 'checkout_batch_waiting_requests',
      'for a connection {{instance}}': 'checkout_pool_waiting_requests',
    },
  }),
  curve({
    title: 'Connections to Postgres',
    about: 'Open, and idle among them.',
    unit: 'short',
    queries: {
      'open {{instance}}': 'checkout_pool_connections',
      'idle {{instance}}': 'checkout_pool_idle_connections',
    },
  }),
  curve({
    title: 'Holds that ran out',
    about: 'A second, and how late the last was given back (promised: 2 s).',
    unit: 'short',
    queries: {
      expired: 'sum(rate(checkout_holds_expired_total[$__rate_interval]))',
      'lag in s': 'max(checkout_expiry_lag_seconds)',
    },
  }),
  curve({
    title: 'Inside, as the checkout counts',
    about: 'Open sessions; should follow what the room counts within a second or two.',
    unit: 'short',
    queries: {
      '{{drop}} checkout': 'max by (drop) (checkout_sessions_inside{drop=~"$drop"})',
      '{{drop}} room': 'sluice:sessions_inside{drop=~"$drop"}',
      'failed reports to {{to}} a second':
        'sum by (to) (rate(checkout_report_failures_total[$__rate_interval]))',
    },
  }),
];
