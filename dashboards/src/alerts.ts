/** What somebody is woken for, or told at their desk. Each alert has a runbook: docs/runbooks/<slug>.md. */
import * as limit from './thresholds.ts';

export interface Alert {
  /** Name of the alert; its runbook's slug is the same in kebab case. */
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  /** `critical`: shoppers are affected now. `warning`: they soon will be, or somebody has to judge. */
  readonly severity: 'critical' | 'warning';
  /** One sentence: what is wrong, for whom. */
  readonly summary: string;
  /** With the figure that made it ring. */
  readonly description: string;
}

/** A drop that should be letting people in. */
const OPEN = 'max by (drop) (waiting_room_phase{phase=~"open|draining"}) == 1';

export const ALERTS: readonly Alert[] = [
  {
    alert: 'SluiceInstanceDown',
    expr: 'up{job=~"waiting-room|checkout-api|admin-server"} == 0',
    for: limit.DOWN_FOR,
    severity: 'critical',
    summary: 'An instance of {{ $labels.job }} does not answer.',
    description: '{{ $labels.instance }} could not be scraped.',
  },
  {
    alert: 'SluiceViewStale',
    expr: `max by (drop) (waiting_room_view_age_seconds) > ${limit.VIEW_AGE_SECONDS_MAX}`,
    for: limit.VIEW_AGE_FOR,
    severity: 'critical',
    summary: 'The line of {{ $labels.drop }} stands still: the room cannot read it.',
    description: 'What an instance knows is {{ $value | humanizeDuration }} old.',
  },
  {
    alert: 'SluiceCapacitySilent',
    expr: `max by (drop) (waiting_room_entry_limited_by{limit="capacity-silent"}) == 1`,
    for: limit.CAPACITY_SILENT_FOR,
    severity: 'critical',
    summary: 'Nobody enters {{ $labels.drop }}: the checkout does not report what it can carry.',
    description: 'Places and positions go on; entries wait for a report.',
  },
  {
    alert: 'SluiceEntriesBehindPlan',
    expr:
      `max by (drop) (waiting_room_outflow_per_second) < ${limit.ENTRIES_OF_RATE_MIN} * max by (drop) (waiting_room_admission_rate_per_second) ` +
      `and on (drop) sluice:waiting_shoppers > 0 ` +
      `and on (drop) max by (drop) (waiting_room_entry_limited_by{limit="queue-empty"}) == 1 ` +
      `and on (drop) ${OPEN}`,
    for: limit.ENTRIES_BEHIND_FOR,
    severity: 'warning',
    summary: 'Shoppers wait for {{ $labels.drop }}, but too few come forward to use the rate.',
    description: '{{ $value | humanize }} entries a second.',
  },
  {
    alert: 'SluiceShowRateLow',
    expr: `max by (drop) (waiting_room_show_rate) < ${limit.SHOW_RATE_MIN} and on (drop) ${OPEN}`,
    for: limit.SHOW_RATE_FOR,
    severity: 'warning',
    summary: 'Hardly anybody who is called for {{ $labels.drop }} comes forward.',
    description: '{{ $value | humanizePercentage }} of those called come.',
  },
  {
    alert: 'SluiceErrors',
    expr:
      `sluice:http_errors:ratio1m > ${limit.ERROR_RATIO_MAX} ` +
      `and on (service) sluice:http_requests:rate1m > ${limit.ERROR_RATIO_REQUESTS_MIN}`,
    for: limit.ERROR_RATIO_FOR,
    severity: 'critical',
    summary: '{{ $labels.service }} fails requests.',
    description: '{{ $value | humanizePercentage }} of its answers are 5xx.',
  },
  {
    alert: 'SluiceAnswersSlow',
    expr: `sluice:http_duration_seconds:p99_1m > ${limit.ANSWER_SECONDS_P99_MAX}`,
    for: limit.ANSWER_SECONDS_FOR,
    severity: 'warning',
    summary: '{{ $labels.service }} answers slowly.',
    description: 'One in a hundred answers takes longer than {{ $value | humanizeDuration }}.',
  },
  {
    alert: 'SluiceEventLoopLate',
    expr: `nodejs_eventloop_lag_p99_seconds > ${limit.EVENT_LOOP_LAG_SECONDS_MAX}`,
    for: limit.EVENT_LOOP_LAG_FOR,
    severity: 'warning',
    summary: 'An instance of {{ $labels.service }} has more to do than it can.',
    description: '{{ $labels.instance }} runs {{ $value | humanizeDuration }} late.',
  },
  {
    alert: 'SluiceManyRateLimited',
    expr:
      `sum by (service) (rate(rate_limited_total[1m])) > ` +
      `${limit.RATE_LIMITED_RATIO_MAX} * sluice:http_requests:rate1m`,
    for: limit.RATE_LIMITED_FOR,
    severity: 'warning',
    summary: 'Limits refuse many requests to {{ $labels.service }}.',
    description: '{{ $value | humanize }} requests a second are refused.',
  },
  {
    alert: 'SluiceHoldsLate',
    expr: `max(checkout_expiry_lag_seconds) > ${limit.EXPIRY_LAG_SECONDS_MAX}`,
    for: limit.EXPIRY_LAG_FOR,
    severity: 'warning',
    summary: 'Stock of holds that ran out comes back late.',
    description: 'The last one was {{ $value | humanizeDuration }} late.',
  },
  {
    alert: 'SluicePostgresPoolFull',
    expr: `checkout_pool_waiting_requests > ${limit.POOL_WAITING_MAX}`,
    for: limit.POOL_WAITING_FOR,
    severity: 'warning',
    summary: 'Requests of {{ $labels.instance }} wait for a connection to Postgres.',
    description: '{{ $value | humanize }} of them.',
  },
  {
    alert: 'SluicePaymentsUnavailable',
    expr: 'max by (instance) (checkout_payment_breaker_state) == 2',
    for: limit.BREAKER_OPEN_FOR,
    severity: 'critical',
    summary: 'Shoppers cannot pay: the payment provider does not work.',
    description: 'The breaker of {{ $labels.instance }} is open; holds stay meanwhile.',
  },
  {
    alert: 'SluiceReportsFailing',
    expr: `sum by (to) (rate(checkout_report_failures_total[1m])) > ${limit.REPORT_FAILURES_PER_SECOND_MAX}`,
    for: limit.REPORT_FAILURES_FOR,
    severity: 'warning',
    summary: 'The checkout cannot tell {{ $labels.to }} about its stock and sessions.',
    description: '{{ $value | humanize }} reports a second fail.',
  },
  {
    alert: 'SluiceCheckoutTooSmall',
    expr:
      'sluice:checkout_requests_per_second_expected / on () count(up{job="checkout-api"} == 1) ' +
      `> ${limit.CHECKOUT_REQUESTS_PER_INSTANCE}`,
    for: limit.CHECKOUT_TOO_SMALL_FOR,
    severity: 'warning',
    summary: 'The next five minutes bring more to the checkout than its instances are planned for.',
    description: '{{ $value | humanize }} requests a second an instance are expected.',
  },
  {
    alert: 'SluiceSignInsFailing',
    expr:
      `sum(rate(admin_sign_ins_total{outcome=~"refused|throttled"}[1m])) ` +
      `> ${limit.FAILED_SIGN_INS_PER_SECOND_MAX}`,
    for: limit.FAILED_SIGN_INS_FOR,
    severity: 'warning',
    summary: 'Many sign-ins to the control plane fail: somebody may be guessing passwords.',
    description: '{{ $value | humanize }} a second are refused.',
  },
  {
    alert: 'SluiceGateOnItsOwn',
    expr: 'max by (drop, policy) (sluice_gate_room_down) == 1',
    for: limit.GATE_ON_ITS_OWN_FOR,
    severity: 'critical',
    summary: 'Gates let shoppers into {{ $labels.drop }} without the room ({{ $labels.policy }}).',
    description: 'At least one gate can not ask the waiting room.',
  },
];

/** `SluiceViewStale` → `view-stale`. */
export function runbookSlug(alert: string): string {
  return alert
    .replace(/^Sluice/, '')
    .replace(/(?!^)([A-Z])/g, '-$1')
    .toLowerCase();
}
