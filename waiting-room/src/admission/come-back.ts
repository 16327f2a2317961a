/** A ticket of an earlier epoch is put back and renewed; every other is taken as it is (Q26). */
import type { DropView, Queue } from '../queue/queue.ts';
import type { HeldTicket, Tickets } from './tickets.ts';

export interface CurrentTicket {
  readonly ticket: HeldTicket;
  /** The ticket's new text, when it was renewed; null when the shopper's own is good. */
  readonly renewed: string | null;
}

/** False for a ticket of another epoch, which may have to be put back; true for every other. */
export function isCurrent(view: DropView, held: HeldTicket): boolean {
  return held.epoch === view.epoch || view.epoch === '' || view.phase === 'closed';
}

/** @throws 503 `store-unavailable` */
export async function comeBack(
  { queue, tickets }: { readonly queue: Queue; readonly tickets: Tickets },
  view: DropView,
  held: HeldTicket,
): Promise<CurrentTicket> {
  const asItIs = { ticket: held, renewed: null };
  if (isCurrent(view, held)) return asItIs;
  const { number, order, class: ticketClass, epoch } = held;
  const outcome = await queue.comeBack(view.drop, { number, order, class: ticketClass, epoch });
  if (outcome.status !== 'known' && outcome.status !== 'returned') return asItIs;
  // An instance whose view is behind meets tickets newer than its view.
  if (outcome.epoch === epoch) return asItIs;
  const ticket = { ...held, epoch: outcome.epoch };
  return { ticket, renewed: tickets.issue(ticket) };
}
