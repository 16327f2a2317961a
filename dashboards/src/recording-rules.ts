/**
 * What dashboard, alerts and autoscaling read more than once. Figures of a drop come from Redis and are the same on every
 * instance of the room, so one of them is taken; figures of an instance are added up.
 */

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export const RECORDING_RULES: readonly RecordingRule[] = [
  { record: 'sluice:waiting_shoppers', expr: 'max by (drop) (waiting_room_waiting_shoppers)' },
  { record: 'sluice:sessions_inside', expr: 'max by (drop) (waiting_room_sessions_inside)' },
  { record: 'sluice:joins:rate1m', expr: 'max by (drop) (rate(waiting_room_joins_total[1m]))' },
  { record: 'sluice:entries:rate1m', expr: 'max by (drop) (rate(waiting_room_entries_total[1m]))' },
  {
    record: 'sluice:planned_entries_per_second',
    expr: 'max by (drop) (waiting_room_planned_entries_per_second)',
  },
  {
    record: 'sluice:checkout_requests_per_second_expected',
    expr: 'sum(max by (drop) (waiting_room_checkout_requests_per_second_expected))',
  },
  { record: 'sluice:streams_open', expr: 'sum(waiting_room_streams_open)' },
  {
    record: 'sluice:http_requests:rate1m',
    expr: 'sum by (service) (rate(http_request_duration_seconds_count[1m]))',
  },
  {
    record: 'sluice:http_errors:ratio1m',
    expr:
      '(sum by (service) (rate(http_request_duration_seconds_count{status=~"5.."}[1m])) ' +
      'or 0 * sluice:http_requests:rate1m) / sluice:http_requests:rate1m',
  },
  {
    record: 'sluice:http_duration_seconds:p99_1m',
    expr: 'histogram_quantile(0.99, sum by (service, le) (rate(http_request_duration_seconds_bucket[1m])))',
  },
];
