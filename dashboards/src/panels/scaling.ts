/** What autoscaling goes by, and whether it has kept up. */
import { curve } from '../panel-kinds.ts';

export const SCALING_PANELS = [
  curve({
    title: 'Planned entries a second, next five minutes',
    about: 'From the schedule and the rate: it rises before the opening, so that scaling is early.',
    unit: 'short',
    queries: { '{{drop}}': 'sluice:planned_entries_per_second{drop=~"$drop"}' },
  }),
  curve({
    title: 'Checkout requests a second, expected and had',
    about: 'What the planned entries will ask of the checkout, against what it answers.',
    unit: 'reqps',
    queries: {
      expected: 'sluice:checkout_requests_per_second_expected',
      answered: 'sluice:http_requests:rate1m{service="checkout-api"}',
    },
  }),
  curve({
    title: 'Streams open',
    about: 'Event streams by instance.',
    unit: 'short',
    queries: { '{{instance}}': 'waiting_room_streams_open' },
  }),
  curve({
    title: 'Event-loop lag',
    about: 'How late each instance runs, 99th percentile. Above 100 ms it is full.',
    unit: 's',
    queries: { '{{service}} {{instance}}': 'nodejs_eventloop_lag_p99_seconds' },
  }),
  curve({
    title: 'CPU',
    about: 'Cores in use by instance; a service of Node uses little more than one.',
    unit: 'short',
    queries: { '{{service}} {{instance}}': 'rate(process_cpu_seconds_total[$__rate_interval])' },
  }),
  curve({
    title: 'Memory',
    about: 'Resident, by instance.',
    unit: 'bytes',
    queries: { '{{service}} {{instance}}': 'process_resident_memory_bytes' },
  }),
];
