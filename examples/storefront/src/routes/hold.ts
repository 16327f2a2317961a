/** A hold: look at it, pay it, give it back. Authorised by the checkout session alone; the admission may have run out by now (Q34). */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Shop } from '../app.ts';
import type { CheckoutAnswer } from '../checkout-client.ts';
import { type Hold, holdPage } from '../pages/hold.ts';
import { noticePage } from '../pages/notice.ts';
import { sendPage } from '../send-page.ts';

const ID = '([0-9a-f-]{36})';
/** What the shop offers; the sandbox provider of the checkout knows both. */
const METHODS = new Set(['sandbox:ok', 'sandbox:decline']);

export function registerHold(app: FastifyInstance, { checkout, room }: Shop): void {
  type Route = { Params: { id: string }; Querystring: { problem?: string }; Body: unknown };

  app.get<Route>(`/hold/:id${ID}`, async (request, reply) => {
    const answer = await checkout.call(request, 'GET', `/v1/reservations/${request.params.id}`);
    if (answer.status !== 200) return sendGone(reply, answer);
    const hold = answer.body as unknown as Hold & { orderId?: string };
    if (hold.orderId) return reply.redirect(`/order/${hold.orderId}`, 303);
    if (hold.status === 'released' || hold.status === 'expired') return sendGone(reply, answer);
    return sendPage(reply, holdPage({ hold, stock: await room.stock(), problem: request.query.problem }));
  });

  app.post<Route>(`/hold/:id${ID}/pay`, async (request, reply) => {
    const { id } = request.params;
    const { method } = (request.body ?? {}) as { method?: unknown };
    const chosen = typeof method === 'string' && METHODS.has(method) ? method : 'sandbox:ok';
    const answer = await checkout.call(request, 'POST', `/v1/reservations/${id}/payment`, {
      body: { method: chosen },
    });
    const order = answer.body.order as { id?: string } | undefined;
    if (answer.status === 200 && order?.id) return reply.redirect(`/order/${order.id}`, 303);
    const problem =
      answer.status === 202 ? '' : `?problem=${encodeURIComponent(answer.problem || 'checkout-unavailable')}`;
    return reply.redirect(`/hold/${id}${problem}`, 303);
  });

  app.post<Route>(`/hold/:id${ID}/release`, async (request, reply) => {
    await checkout.call(request, 'DELETE', `/v1/reservations/${request.params.id}`);
    return reply.redirect('/', 303);
  });
}

function sendGone(reply: FastifyReply, { status }: CheckoutAnswer) {
  if (status >= 500) {
    const text = 'The checkout is busy. What you hold is safe; this page tries again by itself.';
    return sendPage(reply, noticePage({ title: 'One moment', text, refreshSeconds: 5 }), 503);
  }
  const text =
    'What was reserved for you has gone back to the shelf. While your turn lasts you can choose again.';
  return sendPage(
    reply,
    noticePage({ title: 'Not reserved any more', text, action: { href: '/buy', label: 'Choose again' } }),
    status === 200 ? 410 : 404,
  );
}
