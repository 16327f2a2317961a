/** The whole story of a ticket, for whoever answers a shopper: by the ticket, its public number, or the reference on the page. */
import { problem } from '@sluice/service-kit';
import { DRAWN_ORDERS_END } from '../domain/drop-log.ts';
import { placeReference, readReference } from '../domain/place-reference.ts';
import { createStoryCollector, readTicket } from '../domain/ticket-story.ts';
import type { ControlPlane } from './control-plane.ts';

export interface LookUpRequest {
  readonly ticket?: string;
  readonly number?: string;
  readonly reference?: string;
}

/** A reference fits one ticket in 480 million; more than a few means that somebody asks for something else. */
const FOUND_MAX = 20;

/** @throws Problem `no-such-drop`, `invalid-request`, `no-such-ticket` */
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
      const { order, events } = collector.story(orderNow);
      const isDrawn = order === null ? null : order < DRAWN_ORDERS_END;
      return { number, reference: placeReference(number), standing, reason, order, isDrawn, events };
    }),
  );
  const known = tickets.filter(({ standing, events }) => standing !== 'unknown' || events.length > 0);
  if (known.length === 0) throw problem('no-such-ticket', 'The room knows no such ticket of this drop.');
  return { tickets: known };
}

/** Public numbers, and when their ticket was joined where that is known. */
async function numbersOf(
  { reader }: ControlPlane,
  drop: string,
  { ticket, number, reference }: LookUpRequest,
): Promise<Map<string, number | null>> {
  if (number !== undefined) return new Map([[number, null]]);
  if (ticket !== undefined) {
    const read = readTicket(ticket, drop);
    if (!read) throw invalid('ticket', 'is not a ticket of this drop');
    return new Map([[read.number, read.joinedUs]]);
  }
  const wanted = readReference(reference ?? '');
  if (wanted === undefined) throw invalid('reference', 'must look like K7Q-4MD');
  const found = new Map<string, null>();
  for await (const one of reader.numbers(drop)) {
    if (placeReference(one) === wanted) found.set(one, null);
    if (found.size >= FOUND_MAX) break;
  }
  return found;
}

function invalid(field: string, reason: string) {
  return problem('invalid-request', `body.${field} ${reason}`, {
    errors: [{ field: `body.${field}`, reason }],
  });
}
