/** The whole story of a ticket, for whoever answers a shopper: by the ticket, its public number, or the reference on the page. */

import { problem } from '@sluice/service-kit';
import type { TicketInCheckout } from '../clients/checkout-orders.ts';
import { checkoutEvents } from '../domain/checkout-events.ts';
import { DRAWN_ORDERS_END } from '../domain/drop-log.ts';
import { placeReference, readReference } from '../domain/place-reference.ts';
import type { Reason } from '../domain/reasons.ts';
import { createStoryCollector, readTicket, type StoryEvent } from '../domain/ticket-story.ts';
import { askIfThere } from './ask-checkout.ts';
import type { ControlPlane } from './control-plane.ts';
import { readOrder } from './find-orders.ts';

export interface LookUpRequest {
  readonly ticket?: string;
  readonly number?: string;
  readonly reference?: string;
  /** Id of an order of the drop. */
  readonly order?: string;
}

/** A reference fits one ticket in 480 million; more than a few means that somebody asks for something else. */
const FOUND_MAX = 20;

/**
 * The room's part is told also while the checkout does not answer; `checkout` says so.
 * @throws Problem `no-such-drop`, `invalid-request`, `no-such-ticket`; of an order also `no-such-order`, `orders-unavailable`, `no-checkout`
 */
export async function lookUp(plane: ControlPlane, drop: string, request: LookUpRequest) {
  if (!(await plane.drops.find(drop))) throw problem('no-such-drop', `No drop has the id "${drop}".`);
  const wanted = await numbersOf(plane, drop, request);
  const stories = [...wanted].map(([number, joinedUs]) => ({
    number,
    collector: createStoryCollector(number, joinedUs),
  }));
  if (stories.length > 0)
    for await (const line of plane.reader.log(drop)) for (const { collector } of stories) collector.see(line);
  const tickets = await Promise.all(
    stories.map(async ({ number, collector }) => {
      const { standing, order: orderNow, reason } = await plane.reader.standing(drop, number);
      const { order, events: inRoom } = collector.story(orderNow);
      const isDrawn = order === null ? null : order < DRAWN_ORDERS_END;
      const told = await askIfThere(plane, ({ orders }) => orders.ticket(drop, number));
      const sales = typeof told === 'string' ? null : told;
      const events = mergeEvents(inRoom, sales);
      return {
        ...{ number, reference: placeReference(number), standing, reason, order, isDrawn, events, sales },
        checkout: typeof told === 'string' ? told : ('told' as const),
      };
    }),
  );
  const known = tickets.filter(({ standing, events }) => standing !== 'unknown' || events.length > 0);
  if (known.length === 0) throw problem('no-such-ticket', 'The room knows no such ticket of this drop.');
  const checkout = known.find((one) => one.checkout !== 'told')?.checkout ?? 'told';
  return { checkout, tickets: known.map(({ checkout: _, ...one }) => one) };
}

/** By time, those of unknown time first; what the room was told by the checkout stands beside what it was told of. */
function mergeEvents(inRoom: readonly StoryEvent[], sales: TicketInCheckout | null) {
  const all = [
    ...inRoom.map((event) => ({ ...event, from: 'room' as const, detail: null })),
    ...(sales === null
      ? []
      : checkoutEvents(sales).map((event) => ({ ...event, from: 'checkout' as const }))),
  ];
  return all.sort((one, other) => (one.at ?? '').localeCompare(other.at ?? ''));
}

/** Public numbers, and when their ticket was joined where that is known. */
async function numbersOf(
  plane: ControlPlane,
  drop: string,
  { ticket, number, reference, order }: LookUpRequest,
): Promise<Map<string, number | null>> {
  if (order !== undefined) return new Map([[(await readOrder(plane, order, [drop])).order.number, null]]);
  if (number !== undefined) return new Map([[number, null]]);
  if (ticket !== undefined) {
    const read = readTicket(ticket, drop);
    if (!read) throw invalid('ticket', 'is not a ticket of this drop');
    return new Map([[read.number, read.joinedUs]]);
  }
  const wanted = readReference(reference ?? '');
  if (wanted === undefined) throw invalid('reference', 'must look like K7Q-4MD');
  const found = new Map<string, null>();
  for await (const one of plane.reader.numbers(drop)) {
    if (placeReference(one) === wanted) found.set(one, null);
    if (found.size >= FOUND_MAX) break;
  }
  // Of a drop that has left Redis the checkout still has the buyers.
  if (found.size === 0) {
    const bought = await askIfThere(plane, ({ orders }) =>
      orders.search({ reference: wanted, drops: [drop] }),
    );
    if (typeof bought !== 'string')
      for (const one of bought.orders.slice(0, FOUND_MAX)) found.set(one.number, null);
  }
  return found;
}

function invalid(field: string, reason: Reason) {
  return problem('invalid-request', `body.${field} ${reason}`, {
    errors: [{ field: `body.${field}`, reason }],
  });
}
