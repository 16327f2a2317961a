/** A paid order, for the shopper whose session made it. */
import type { FastifyInstance } from 'fastify';
import type { Shop } from '../app.ts';
import { noticePage } from '../pages/notice.ts';
import { type Order, orderPage } from '../pages/order.ts';
import { sendPage } from '../send-page.ts';

export function registerOrder(app: FastifyInstance, { checkout, config, room, dropOf }: Shop): void {
  app.get<{ Params: { id: string } }>('/order/:id([0-9a-f-]{36})', async (request, reply) => {
    const answer = await checkout.call(request, 'GET', `/v1/orders/${request.params.id}`);
    if (answer.status === 200) {
      return sendPage(
        reply,
        orderPage({
          order: answer.body as unknown as Order,
          stock: await room.stock(await dropOf(request)),
          sendsReceipts: config.sendsReceipts,
        }),
      );
    }
    const isBusy = answer.status >= 500;
    const page = noticePage(
      isBusy
        ? {
            title: 'One moment',
            text: 'The checkout is busy; this page tries again by itself.',
            refreshSeconds: 5,
          }
        : {
            title: 'No such order',
            text: 'This order was not made in this browser.',
            action: { href: '/', label: 'To the shop' },
          },
    );
    return sendPage(reply, page, isBusy ? 503 : 404);
  });
}
