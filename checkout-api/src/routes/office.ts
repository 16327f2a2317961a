/** What the back office reads of orders and tickets. Internal listener, service token, limits of its own. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem, requireServiceToken } from '@sluice/service-kit';
import type { Static } from 'typebox';
import { DropParams, IdParams, ProblemDocument } from '../contract/common.ts';
import {
  OrderSearchAnswer,
  OrderSearchQuery,
  OrderStory,
  OrderSums,
  TicketParams,
  TicketStory,
} from '../contract/office.ts';
import { isOrderState } from '../domain/order-states.ts';
import { invalidField } from '../plugins/invalid-field.ts';
import { OFFICE_READS } from '../rate-limits.ts';
import type { FoundOrder, OfficeStore, OrderEvent } from '../store/office.ts';

export interface OfficeRoutesOptions {
  office: OfficeStore;
  serviceToken: string;
}

/** More than an account is ever limited to. */
const dropsMax = 200;

const foundView = ({ createdAt, fulfilledAt, ...order }: FoundOrder) => ({
  ...order,
  createdAt: createdAt.toISOString(),
  fulfilledAt: fulfilledAt?.toISOString() ?? null,
});

const eventView = ({ at, ...event }: OrderEvent) => ({ ...event, at: at.toISOString() });

export const officeRoutes: FastifyPluginAsyncTypebox<OfficeRoutesOptions> = async (app, options) => {
  const { office, serviceToken } = options;
  const problems = { '4xx': ProblemDocument, '5xx': ProblemDocument };
  const onRequest = requireServiceToken(serviceToken);
  const config = { rateLimit: OFFICE_READS };

  app.get(
    '/internal/v1/orders',
    {
      onRequest,
      config,
      schema: {
        summary: 'Orders that fit everything that is asked for, the latest first',
        querystring: OrderSearchQuery,
        response: { 200: OrderSearchAnswer, ...problems },
      },
    },
    async (request) => {
      const { drops, states, from, to, limit, ...wanted } = request.query;
      const search = {
        ...wanted,
        drops: drops?.split(','),
        states: states?.split(',').map((state) => {
          if (isOrderState(state)) return state;
          throw invalidField('query.states', `"${state}" is no state of an order`);
        }),
        from: from === undefined ? undefined : new Date(from),
        to: to === undefined ? undefined : new Date(to),
      };
      if ((search.drops?.length ?? 0) > dropsMax)
        throw invalidField('query.drops', `are more than ${dropsMax}`);
      const found = await office.search(search, limit + 1);
      if (found.length === 0 && search.after !== undefined) {
        const [last] = await office.search({ id: search.after }, 1);
        if (last === undefined) throw invalidField('query.after', 'is no order');
      }
      const orders = found.slice(0, limit);
      return {
        orders: orders.map(foundView),
        next: found.length > limit ? (orders.at(-1)?.id ?? null) : null,
      };
    },
  );

  app.get(
    '/internal/v1/orders/:id/story',
    {
      onRequest,
      config,
      schema: {
        summary:
          'An order with all that belongs to it: holds and payments of its ticket, refunds, who was told',
        params: IdParams,
        response: { 200: OrderStory, ...problems },
      },
    },
    async (request) => {
      const [order] = await office.search({ id: request.params.id }, 1);
      if (order === undefined) throw problem('no-such-order');
      const [ticket, events] = await Promise.all([
        office.storyOf(order.drop, order.number),
        office.eventsOf(order.id),
      ]);
      return { order: foundView(order), ticket, events: events.map(eventView) } as Static<typeof OrderStory>;
    },
  );

  app.get(
    '/internal/v1/drops/:drop/tickets/:number',
    {
      onRequest,
      config,
      schema: {
        summary: 'What a ticket has held, paid and got back; nothing for one that never came here',
        params: TicketParams,
        response: { 200: TicketStory, ...problems },
      },
    },
    async (request) => {
      const { drop, number } = request.params;
      return (await office.storyOf(drop, number)) as Static<typeof TicketStory>;
    },
  );

  app.get(
    '/internal/v1/drops/:drop/sales',
    {
      onRequest,
      config,
      schema: {
        summary: 'What a drop has sold, by its orders',
        params: DropParams,
        response: { 200: OrderSums, ...problems },
      },
    },
    async (request) => {
      const { drop } = request.params;
      const sums = await office.sums(drop);
      if (sums === undefined) throw problem('no-such-drop');
      return { drop, ...sums };
    },
  );
};
