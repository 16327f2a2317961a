/**
 * What an operator is asked to confirm: changes that are larger than a slip of the hand should be able to make, and acts
 * that turn a safeguard off. Stopping is never one of them: a pause must not wait for a question.
 */
import type { Drop, DropChange } from './drop.ts';
import { createTextReader, type TextOf } from './templates.ts';

/** By code; the admin UI has words for each in every language (`danger.<code>`). */
export const DANGERS = {
  close: 'Closing is for good: everyone in line is sent away.',
  'queue-all': 'Everyone waits, also those with a bypass or a lease.',
  'pass-through': 'Everyone enters at once: neither rate nor maxSessions apply.',
  'ignore-capacity': 'Entries go on while the checkout says nothing of its stock and sessions.',
  rate: 'The rate goes from {from} to {to} a minute.',
  'no-sessions-limit': 'There is no limit to sessions any more.',
  'max-sessions': 'maxSessions goes from {from} to {to}.',
  'no-stock-bound': 'Entries are not bound by stock any more.',
  overbook: 'overbook goes from {from} to {to}.',
  stock: 'The stock goes from {from} to {to}.',
  'stock-out': 'Of {available} available, {units} are taken out.',
  'stock-line': 'Line {line}: The stock goes from {from} to {to}.',
  'stock-out-line': 'Line {line}: Of {available} available, {units} are taken out.',
  refund: '{amount} goes back to the shopper, and can not be taken again.',
  'units-back': '{units} of the units go back on sale.',
  cancel: 'The order is called off: {amount} goes back, every unit is for sale again.',
  'revoke-one': 'One ticket loses its place for good: sessions end, and what they hold is for sale again.',
  'revoke-many':
    '{count} tickets lose their places for good: sessions end, and what they hold is for sale again.',
  'real-shoppers':
    'Real shoppers are there or will come meanwhile: {drops}. The crowd would share rooms and checkout with them.',
} as const;

/** One sentence for a reason to ask. */
export type Danger = TextOf<(typeof DANGERS)[keyof typeof DANGERS]>;

/** Of the stock of one product. */
export type StockDanger = TextOf<(typeof DANGERS)['stock' | 'stock-out']>;

export const readDanger = createTextReader(DANGERS);

/** Beyond this factor, up or down, a change is asked about. */
const LARGE_FACTOR = 2;

/** One sentence for each reason to ask; none: go ahead. */
export function dangersOf(drop: Drop, change: DropChange): Danger[] {
  const { admission, override } = change;
  const dangers: Danger[] = admission
    ? [...rateDangers(drop, change), ...policyDangers(drop, admission)]
    : [];
  if (override === 'closed') dangers.push(DANGERS.close);
  if (override === 'queue_all') dangers.push(DANGERS['queue-all']);
  if (override === 'pass_through') dangers.push(DANGERS['pass-through']);
  if (change.ignoreCapacityUntil) dangers.push(DANGERS['ignore-capacity']);
  return dangers;
}

function rateDangers(drop: Drop, { admission }: DropChange): Danger[] {
  const from = drop.admission.ratePerMinute;
  const to = admission?.ratePerMinute ?? from;
  return isLarge(from, to) ? [`The rate goes from ${from} to ${to} a minute.`] : [];
}

function policyDangers({ admission: before }: Drop, after: Drop['admission']): Danger[] {
  const dangers: Danger[] = [];
  if (before.maxSessions !== after.maxSessions) {
    if (after.maxSessions === null) dangers.push('There is no limit to sessions any more.');
    else if (before.maxSessions !== null && isLarge(before.maxSessions, after.maxSessions))
      dangers.push(`maxSessions goes from ${before.maxSessions} to ${after.maxSessions}.`);
  }
  if (before.stockBound === 'on' && after.stockBound === 'off')
    dangers.push('Entries are not bound by stock any more.');
  if (isLarge(before.overbook, after.overbook))
    dangers.push(`overbook goes from ${before.overbook} to ${after.overbook}.`);
  return dangers;
}

/** Of stock: adding more than there is, or taking out more than half of what can be sold. */
export function stockDangers(balance: { total: number; available: number }, delta: number): StockDanger[] {
  if (delta > balance.total && balance.total > 0)
    return [`The stock goes from ${balance.total} to ${balance.total + delta}.`];
  if (-delta * LARGE_FACTOR > balance.available && -delta <= balance.available)
    return [`Of ${balance.available} available, ${-delta} are taken out.`];
  return [];
}

/** To or from nothing is larger than any factor; stopping (to 0) is not asked about. */
function isLarge(from: number, to: number): boolean {
  if (to === 0 || to === from) return false;
  return to > from * LARGE_FACTOR || to * LARGE_FACTOR < from;
}
