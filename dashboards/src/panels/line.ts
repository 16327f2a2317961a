/** The line of a drop: what merchants and SREs look at while it runs. */
import { curve, figure } from '../panel-kinds.ts';

const D = '{drop=~"$drop"}';

export const LINE_PANELS = [
  figure({
    title: 'Phase',
    about: 'As Redis decides it by its own clock.',
    unit: 'none',
    queries: { '{{drop}}: {{phase}}': `max by (drop, phase) (waiting_room_phase${D}) == 1` },
  }),
  figure({
    title: 'Waiting',
    about: 'Tickets in the line, called ones included.',
    unit: 'short',
    queries: { '{{drop}}': `sluice:waiting_shoppers${D}` },
  }),
  figure({
    title: 'Checked in',
    about:
      'Came forward and wait for budget. Near 0 while the line is long: too few come, or calling is behind.',
    unit: 'short',
    queries: { '{{drop}}': `max by (drop) (waiting_room_present_shoppers${D})` },
  }),
  figure({
    title: 'Inside',
    about: 'Sessions that have not ended, and the most the policy allows (0: no bound).',
    unit: 'short',
    queries: {
      '{{drop}} inside': `sluice:sessions_inside${D}`,
      '{{drop}} at most': `max by (drop) (waiting_room_max_sessions${D})`,
    },
  }),
  figure({
    title: 'Units left',
    about: 'Available, as the checkout last reported.',
    unit: 'short',
    queries: { '{{drop}}': `max by (drop) (checkout_units_sellable${D})` },
  }),
  figure({
    title: 'On hold',
    about: 'Units reserved and not yet paid.',
    unit: 'short',
    queries: { '{{drop}}': `max by (drop) (checkout_units_held${D})` },
  }),
  curve({
    title: 'Joins a second',
    about: 'Places given.',
    unit: 'short',
    queries: { '{{drop}}': `sluice:joins:rate1m${D}` },
  }),
  curve({
    title: 'Entries a second',
    about: 'Let in, against the rate of the policy. Below it: see what limits entry.',
    unit: 'short',
    queries: {
      '{{drop}} entered': `sluice:entries:rate1m${D}`,
      '{{drop}} last half minute': `max by (drop) (waiting_room_outflow_per_second${D})`,
      '{{drop}} rate': `max by (drop) (waiting_room_admission_rate_per_second${D})`,
    },
  }),
  curve({
    title: 'What limits entry',
    about: 'The limit at work. capacity-silent: the checkout does not report.',
    unit: 'none',
    queries: { '{{drop}} {{limit}}': `max by (drop, limit) (waiting_room_entry_limited_by${D})` },
  }),
  curve({
    title: 'Waiting over time',
    about: 'The line, and those of it who have come forward.',
    unit: 'short',
    queries: {
      '{{drop}} waiting': `sluice:waiting_shoppers${D}`,
      '{{drop}} checked in': `max by (drop) (waiting_room_present_shoppers${D})`,
      '{{drop}} inside': `sluice:sessions_inside${D}`,
    },
  }),
  curve({
    title: 'Show rate',
    about: 'Share of those called who come forward.',
    unit: 'percentunit',
    queries: { '{{drop}}': `max by (drop) (waiting_room_show_rate${D})` },
  }),
  curve({
    title: 'Left and missed a second',
    about: 'Places given up by the button, and turns that were not taken.',
    unit: 'short',
    queries: {
      '{{drop}} left': `max by (drop) (rate(waiting_room_left_total${D}[$__rate_interval]))`,
      '{{drop}} missed': `max by (drop) (rate(waiting_room_missed_total${D}[$__rate_interval]))`,
    },
  }),
];
