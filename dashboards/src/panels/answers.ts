/** How well the services answer. */
import { curve } from '../panel-kinds.ts';

export const ANSWER_PANELS = [
  curve({
    title: 'Requests a second',
    about: 'All answers by service. Pulses are answered before the router and counted by themselves.',
    unit: 'reqps',
    queries: {
      '{{service}}': 'sluice:http_requests:rate1m',
      pulses: 'sum(rate(waiting_room_pulses_total[$__rate_interval]))',
    },
  }),
  curve({
    title: 'Failed answers',
    about: '5xx among all answers. Work shed on purpose (503 with Retry-After) is in it.',
    unit: 'percentunit',
    queries: { '{{service}}': 'sluice:http_errors:ratio1m' },
  }),
  curve({
    title: 'Time to answer, 99th percentile',
    about: 'By service.',
    unit: 's',
    queries: { '{{service}}': 'sluice:http_duration_seconds:p99_1m' },
  }),
  curve({
    title: 'Refused by a limit',
    about: 'Requests a second by route.',
    unit: 'reqps',
    queries: {
      '{{service}} {{route}}': 'sum by (service, route) (rate(rate_limited_total[$__rate_interval]))',
    },
  }),
  curve({
    title: 'Age of the view',
    about: 'How old what an instance knows about a drop is. Above 5 s the line stands still for shoppers.',
    unit: 's',
    queries: {
      '{{drop}} {{instance}}': 'max by (drop, instance) (waiting_room_view_age_seconds{drop=~"$drop"})',
    },
  }),
  curve({
    title: 'Ticks a second',
    about: 'By outcome. None while a drop is open: nobody calls or lets in.',
    unit: 'short',
    queries: { '{{outcome}}': 'sum by (outcome) (rate(waiting_room_ticks_total[$__rate_interval]))' },
  }),
];
