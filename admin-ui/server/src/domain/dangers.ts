/**
 * What an operator is asked to confirm: changes that are larger than a slip of the hand should be able to make, and acts
 * that turn a safeguard off. Stopping is never one of them: a pause must not wait for a question.
 */
import type { Drop, DropChange } from './drop.ts';

/** Beyond this factor, up or down, a change is asked about. */
const LARGE_FACTOR = 2;

/** One sentence for each reason to ask; none: go ahead. */
export function dangersOf(drop: Drop, change: DropChange): string[] {
  const { admission, override } = change;
  return [
    ...(admission ? [...rateDangers(drop, change), ...policyDangers(drop, admission)] : []),
    ...(override === 'closed' ? ['Closing is for good: everyone in line is sent away.'] : []),
    ...(override === 'queue_all' ? ['Everyone waits, also those with a bypass or a lease.'] : []),
    ...(override === 'pass_through' ? ['Everyone enters at once: neither rate nor maxSessions apply.'] : []),
    ...(change.ignoreCapacityUntil
      ? ['Entries go on while the checkout says nothing of its stock and sessions.']
      : []),
  ];
}

function rateDangers(drop: Drop, { admission }: DropChange): string[] {
  const from = drop.admission.ratePerMinute;
  const to = admission?.ratePerMinute ?? from;
  return isLarge(from, to) ? [`The rate goes from ${from} to ${to} a minute.`] : [];
}

function policyDangers({ admission: before }: Drop, after: Drop['admission']): string[] {
  const dangers: string[] = [];
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
export function stockDangers(balance: { total: number; available: number }, delta: number): string[] {
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
