/** Orders found among those the caller may see, told whole, and taken away. */

import { problem } from '@sluice/service-kit';
import type { Order, OrderSearch, Story } from '../clients/checkout-orders.ts';
import type { FieldFault } from '../domain/fault.ts';
import { readReference } from '../domain/place-reference.ts';
import { askCheckout } from './ask-checkout.ts';
import type { ControlPlane } from './control-plane.ts';

/** What a caller asks for. */
export interface OrderQuery {
  readonly order?: string;
  readonly number?: string;
  /** As typed. */
  readonly reference?: string;
  readonly customer?: string;
  readonly drop?: string;
  readonly state?: string;
  readonly from?: string;
  readonly to?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** Orders read and sent at once: some 200 KB, and as many as the checkout gives. */
const EXPORTED_AT_ONCE = 500;

/** Ids of drops; null: all. */
export type Visible = readonly string[] | null;

/** @throws Problem `invalid-request`, `orders-unavailable`, `no-checkout` */
export async function searchOrders(
  plane: ControlPlane,
  { order, drop, state, reference, ...query }: OrderQuery,
  visible: Visible,
): Promise<{ orders: Order[]; next: string | null }> {
  const drops = drop === undefined ? visible : [drop].filter((one) => visible?.includes(one) ?? true);
  // Nothing that they may see can fit.
  if (drops?.length === 0) return { orders: [], next: null };
  const search: OrderSearch = {
    ...query,
    id: order,
    states: state,
    drops: drops ?? undefined,
    reference: reference === undefined ? undefined : requireReference(reference),
  };
  return askCheckout(plane, ({ orders }) => orders.search(search));
}

function requireReference(text: string): string {
  const reference = readReference(text);
  if (reference !== undefined) return reference;
  throw problem('invalid-request', 'querystring.reference must look like K7Q-4MD', {
    errors: [{ field: 'querystring.reference', reason: 'must look like K7Q-4MD' } satisfies FieldFault],
  });
}

/** One of another's drop is not there. @throws Problem `no-such-order`, and as above */
export async function readOrder(plane: ControlPlane, id: string, visible: Visible): Promise<Story> {
  const story = await askCheckout(plane, ({ orders }) => orders.story(id));
  if (visible !== null && !visible.includes(story.order.drop))
    throw problem('no-such-order', 'There is no such order, or it is of a drop that you do not see.');
  return story;
}

/** All orders that fit, page by page as they are taken; the first is read before, so that a refusal is an answer. */
export async function exportOrders(
  plane: ControlPlane,
  query: OrderQuery,
  visible: Visible,
): Promise<AsyncGenerator<Order[]>> {
  const page = (after?: string) =>
    searchOrders(
      plane,
      { ...query, limit: EXPORTED_AT_ONCE, ...(after !== undefined && { after }) },
      visible,
    );
  const first = await page();
  return (async function* pages() {
    let { orders, next } = first;
    while (true) {
      yield orders;
      if (next === null) return;
      ({ orders, next } = await page(next));
    }
  })();
}
