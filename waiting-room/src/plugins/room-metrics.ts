/** The room's metrics: what autoscaling, dashboards and alerts read. Figures of a drop are taken from its view when scraped. */
import type { Metrics } from '@sluice/service-kit';
import { expectedEntriesPerSecond } from '../domain/expected-entries.ts';
import { PHASES } from '../domain/phase.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import type { DropView, LimitedBy, Queue } from '../queue/queue.ts';

/** Requests that one entered shopper makes at the checkout: session, products, reservation, its polls, payment, order. */
const CHECKOUT_REQUESTS_PER_ENTRY = 8;

const LIMITS: readonly LimitedBy[] = [
  'nothing',
  'rate',
  'sessions',
  'stock',
  'capacity-silent',
  'queue-empty',
  'phase',
];

type Figure = readonly [name: string, help: string, value: (view: DropView) => number];

/** Figures of one drop: name, help, value. All instances tell the same, so queries take one of them, never their sum. */
const FIGURES: readonly Figure[] = [
  ['waiting_shoppers', 'Tickets in the line, called ones included', (view) => view.waiting],
  ['present_shoppers', 'Checked in, waiting for budget', (view) => view.present],
  ['sessions_inside', 'Entered shoppers whose session has not ended', (view) => view.sessions],
  ['show_rate', 'Share of called shoppers who come forward, 0 to 1', (view) => view.showRate],
  [
    'admission_rate_per_second',
    'Planned entries a second, as the policy says now',
    (view) => view.ratePerMinute / 60,
  ],
  [
    'outflow_per_second',
    'Measured entries a second over the last half minute',
    (view) => view.outflowPerMinute / 60,
  ],
  ['max_sessions', 'Greatest number of sessions inside; 0 for none', (view) => view.maxSessions],
];

/** Totals of one drop, counted by the queue's scripts: all instances tell the same here, too. */
const TOTALS: readonly Figure[] = [
  ['joins_total', 'Places given since the drop was made', (view) => view.joinedTotal],
  ['entries_total', 'Shoppers let in since the drop was made', (view) => view.enteredTotal],
  ['left_total', 'Places given up since the drop was made', (view) => view.leftTotal],
  ['missed_total', 'Turns not taken in time since the drop was made', (view) => view.missedTotal],
];

/** Counts what happens in this process. */
export interface RoomCounters {
  pulse(outcome: 'sent' | 'unchanged' | 'limited'): void;
}

/** Registers all of the room's metrics; the returned counters are for the routes. */
export function registerRoomMetrics(
  metrics: Metrics,
  queue: Queue,
  streams: { readonly size: number },
): RoomCounters {
  for (const [name, help, value] of FIGURES) perDrop(metrics, queue, name, help, value);
  for (const [name, help, value] of TOTALS) {
    metrics.counter({
      name: `waiting_room_${name}`,
      help,
      labelNames: ['drop'],
      collect() {
        this.reset();
        for (const view of viewsOf(queue)) this.inc({ drop: view.drop }, value(view));
      },
    });
  }
  metrics.gauge({
    name: 'waiting_room_phase',
    help: 'Phase of a drop: 1 for the one it is in',
    labelNames: ['drop', 'phase'],
    collect() {
      this.reset();
      for (const { drop, phase } of viewsOf(queue)) {
        for (const one of PHASES) this.set({ drop, phase: one }, one === phase ? 1 : 0);
      }
    },
  });
  perDrop(
    metrics,
    queue,
    'view_age_seconds',
    'Age of what this instance knows about a drop',
    (view) => Math.max(0, performance.now() - view.readAtMs) / 1000,
  );
  const expected = (view: DropView) =>
    expectedEntriesPerSecond({ ...view, ratePerMinute: view.rateAheadPerMinute }, Date.now());
  perDrop(
    metrics,
    queue,
    'planned_entries_per_second',
    'Mean planned entries a second over the next five minutes',
    expected,
  );
  perDrop(
    metrics,
    queue,
    'checkout_requests_per_second_expected',
    'Requests a second that those entries will make at the checkout',
    (view) => expected(view) * CHECKOUT_REQUESTS_PER_ENTRY,
  );
  metrics.gauge({
    name: 'waiting_room_entry_limited_by',
    help: 'What limits entry right now: 1 for the limit at work',
    labelNames: ['drop', 'limit'],
    collect() {
      this.reset();
      for (const { drop, limitedBy } of viewsOf(queue)) {
        for (const limit of LIMITS) this.set({ drop, limit }, limit === limitedBy ? 1 : 0);
      }
    },
  });
  metrics.gauge({
    name: 'waiting_room_streams_open',
    help: 'Open event streams of this instance',
    collect() {
      this.set(streams.size);
    },
  });
  // Counted as plain numbers: looking a series up costs more than the rest of what a pulse is worth to this process.
  const pulses = { sent: 0, unchanged: 0, limited: 0 };
  metrics.counter({
    name: 'waiting_room_pulses_total',
    help: 'Pulses answered by this instance',
    labelNames: ['outcome'],
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(pulses)) this.inc({ outcome }, count);
    },
  });
  return {
    pulse: (outcome) => {
      pulses[outcome]++;
    },
  };
}

function perDrop(
  metrics: Metrics,
  queue: Queue,
  name: string,
  help: string,
  value: (view: DropView) => number,
): void {
  metrics.gauge({
    name: `waiting_room_${name}`,
    help,
    labelNames: ['drop'],
    collect() {
      this.reset();
      for (const view of viewsOf(queue)) this.set({ drop: view.drop }, value(view));
    },
  });
}

/** Of every drop but rehearsals. */
function* viewsOf(queue: Queue): Iterable<DropView> {
  for (const view of queue.views()) if (!isRehearsal(view.drop)) yield view;
}
