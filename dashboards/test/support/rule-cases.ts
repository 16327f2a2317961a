/** For each alert the series on either side of its threshold, and what the alert must say when it rings. */
import * as limit from '../../src/thresholds.ts';

export interface RuleCase {
  /** Series by name, as promtool writes values, a sample each 15 s. */
  readonly quiet: Readonly<Record<string, string>>;
  readonly ringing: Readonly<Record<string, string>>;
  /** Seconds from which the condition holds: rates need two samples. */
  readonly fromSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

/** Samples a series has: 20 minutes. */
const SAMPLES = 80;
const always = (value: number) => `${value}x${SAMPLES}`;
/** A counter that grows by `perSecond`. */
const growing = (perSecond: number) => `0+${perSecond * 15}x${SAMPLES}`;

const open = (drop: string) => ({ [`waiting_room_phase{drop="${drop}",phase="open"}`]: always(1) });
const drop = (name: string) => `waiting_room_${name}{drop="d"}`;
const requests = (service: string, perSecond: number, status = '200') => ({
  [`http_request_duration_seconds_count{service="${service}",status="${status}"}`]: growing(perSecond),
});

function slowAnswers(share: number) {
  const bucket = (le: string, perSecond: number) => ({
    [`http_request_duration_seconds_bucket{service="waiting-room",le="${le}"}`]: growing(perSecond),
  });
  return { ...bucket('0.5', 100 - share), ...bucket('1', 100), ...bucket('+Inf', 100) };
}

function behindPlan(outflow: number) {
  return {
    ...open('d'),
    [drop('outflow_per_second')]: always(outflow),
    [drop('admission_rate_per_second')]: always(10),
    [drop('waiting_shoppers')]: always(1000),
    'waiting_room_entry_limited_by{drop="d",limit="queue-empty"}': always(1),
  };
}

function expectedRequests(total: number) {
  return {
    'waiting_room_checkout_requests_per_second_expected{drop="d",instance="room-1"}': always(total / 2),
    'waiting_room_checkout_requests_per_second_expected{drop="d",instance="room-2"}': always(total / 2),
    'waiting_room_checkout_requests_per_second_expected{drop="e",instance="room-1"}': always(total / 2),
    'up{job="checkout-api",instance="checkout-1"}': always(1),
    'up{job="checkout-api",instance="checkout-2"}': always(1),
    'up{job="checkout-api",instance="checkout-3"}': always(0),
  };
}

export const RULE_CASES: Readonly<Record<string, RuleCase>> = {
  SluiceInstanceDown: {
    quiet: { 'up{job="waiting-room",instance="room-1"}': always(1), 'up{job="other"}': always(0) },
    ringing: { 'up{job="waiting-room",instance="room-1"}': always(0) },
    fromSeconds: 0,
    labels: { job: 'waiting-room', instance: 'room-1' },
    summary: 'An instance of waiting-room does not answer.',
    description: 'room-1 could not be scraped.',
  },
  SluiceViewStale: {
    quiet: { [drop('view_age_seconds')]: always(limit.VIEW_AGE_SECONDS_MAX) },
    ringing: { [drop('view_age_seconds')]: always(limit.VIEW_AGE_SECONDS_MAX + 1) },
    fromSeconds: 0,
    labels: { drop: 'd' },
    summary: 'The line of d stands still: the room cannot read it.',
    description: 'What an instance knows is 6s old.',
  },
  SluiceCapacitySilent: {
    quiet: { 'waiting_room_entry_limited_by{drop="d",limit="capacity-silent"}': always(0) },
    ringing: { 'waiting_room_entry_limited_by{drop="d",limit="capacity-silent"}': always(1) },
    fromSeconds: 0,
    labels: { drop: 'd' },
    summary: 'Nobody enters d: the checkout does not report what it can carry.',
    description: 'Places and positions go on; entries wait for a report.',
  },
  SluiceEntriesBehindPlan: {
    quiet: behindPlan(10 * limit.ENTRIES_OF_RATE_MIN),
    ringing: behindPlan(8),
    fromSeconds: 0,
    labels: { drop: 'd' },
    summary: 'Shoppers wait for d, but too few come forward to use the rate.',
    description: '8 entries a second.',
  },
  SluiceShowRateLow: {
    quiet: { ...open('d'), [drop('show_rate')]: always(limit.SHOW_RATE_MIN) },
    ringing: { ...open('d'), [drop('show_rate')]: always(0.1) },
    fromSeconds: 0,
    labels: { drop: 'd' },
    summary: 'Hardly anybody who is called for d comes forward.',
    description: '10% of those called come.',
  },
  SluiceErrors: {
    quiet: { ...requests('waiting-room', 99), ...requests('waiting-room', 1, '503') },
    ringing: { ...requests('waiting-room', 95), ...requests('waiting-room', 5, '503') },
    fromSeconds: 15,
    labels: { service: 'waiting-room' },
    summary: 'waiting-room fails requests.',
    description: '5% of its answers are 5xx.',
  },
  SluiceAnswersSlow: {
    quiet: slowAnswers(1),
    ringing: slowAnswers(50),
    fromSeconds: 15,
    labels: { service: 'waiting-room' },
    summary: 'waiting-room answers slowly.',
    description: 'One in a hundred answers takes longer than 990ms.',
  },
  SluiceEventLoopLate: {
    quiet: {
      'nodejs_eventloop_lag_p99_seconds{service="checkout-api",instance="checkout-1"}': always(
        limit.EVENT_LOOP_LAG_SECONDS_MAX,
      ),
    },
    ringing: {
      'nodejs_eventloop_lag_p99_seconds{service="checkout-api",instance="checkout-1"}': always(0.2),
    },
    fromSeconds: 0,
    labels: { service: 'checkout-api', instance: 'checkout-1' },
    summary: 'An instance of checkout-api has more to do than it can.',
    description: 'checkout-1 runs 200ms late.',
  },
  SluiceManyRateLimited: {
    quiet: {
      ...requests('waiting-room', 100),
      'rate_limited_total{service="waiting-room",route="/a"}': growing(
        100 * limit.RATE_LIMITED_RATIO_MAX * 0.99,
      ),
    },
    ringing: {
      ...requests('waiting-room', 100),
      'rate_limited_total{service="waiting-room",route="/a"}': growing(4),
      'rate_limited_total{service="waiting-room",route="/b"}': growing(4),
    },
    fromSeconds: 15,
    labels: { service: 'waiting-room' },
    summary: 'Limits refuse many requests to waiting-room.',
    description: '8 requests a second are refused.',
  },
  SluiceHoldsLate: {
    quiet: { 'checkout_expiry_lag_seconds{instance="checkout-1"}': always(limit.EXPIRY_LAG_SECONDS_MAX) },
    ringing: { 'checkout_expiry_lag_seconds{instance="checkout-1"}': always(3) },
    fromSeconds: 0,
    labels: {},
    summary: 'Stock of holds that ran out comes back late.',
    description: 'The last one was 3s late.',
  },
  SluicePostgresPoolFull: {
    quiet: { 'checkout_pool_waiting_requests{instance="checkout-1"}': always(limit.POOL_WAITING_MAX) },
    ringing: { 'checkout_pool_waiting_requests{instance="checkout-1"}': always(limit.POOL_WAITING_MAX + 1) },
    fromSeconds: 0,
    labels: { instance: 'checkout-1' },
    summary: 'Requests of checkout-1 wait for a connection to Postgres.',
    description: '11 of them.',
  },
  SluicePaymentsUnavailable: {
    quiet: { 'checkout_payment_breaker_state{instance="checkout-1"}': always(1) },
    ringing: { 'checkout_payment_breaker_state{instance="checkout-1"}': always(2) },
    fromSeconds: 0,
    labels: { instance: 'checkout-1' },
    summary: 'Shoppers cannot pay: the payment provider does not work.',
    description: 'The breaker of checkout-1 is open; holds stay meanwhile.',
  },
  SluiceReportsFailing: {
    quiet: {
      'checkout_report_failures_total{to="room"}': growing(limit.REPORT_FAILURES_PER_SECOND_MAX * 0.99),
    },
    ringing: { 'checkout_report_failures_total{to="room"}': growing(1) },
    fromSeconds: 45,
    labels: { to: 'room' },
    summary: 'The checkout cannot tell room about its stock and sessions.',
    description: '1 reports a second fail.',
  },
  SluiceCheckoutTooSmall: {
    quiet: expectedRequests(2 * limit.CHECKOUT_REQUESTS_PER_INSTANCE),
    ringing: expectedRequests(4 * limit.CHECKOUT_REQUESTS_PER_INSTANCE),
    fromSeconds: 0,
    labels: {},
    summary: 'The next five minutes bring more to the checkout than its instances are planned for.',
    description: '1k requests a second an instance are expected.',
  },
  SluiceSignInsFailing: {
    quiet: {
      'admin_sign_ins_total{outcome="done"}': growing(5),
      'admin_sign_ins_total{outcome="refused"}': growing(limit.FAILED_SIGN_INS_PER_SECOND_MAX * 0.99),
    },
    ringing: {
      'admin_sign_ins_total{outcome="refused"}': growing(1),
      'admin_sign_ins_total{outcome="throttled"}': growing(1),
    },
    fromSeconds: 15,
    labels: {},
    summary: 'Many sign-ins to the control plane fail: somebody may be guessing passwords.',
    description: '2 a second are refused.',
  },
  SluiceGateOnItsOwn: {
    quiet: { 'sluice_gate_room_down{drop="d",policy="open",instance="gate-1"}': always(0) },
    ringing: {
      'sluice_gate_room_down{drop="d",policy="open",instance="gate-1"}': always(0),
      'sluice_gate_room_down{drop="d",policy="open",instance="gate-2"}': always(1),
    },
    fromSeconds: 0,
    labels: { drop: 'd', policy: 'open' },
    summary: 'Gates let shoppers into d without the room (open).',
    description: 'At least one gate can not ask the waiting room.',
  },
};
