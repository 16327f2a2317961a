/** Behind the connector: opens the checkout session, and turns a cart into a hold. */
import { randomUUID } from 'node:crypto';
import type { Admission } from '@sluice/connector';
import { sendWebResponse, toWebRequest } from '@sluice/connector/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Shop } from '../app.ts';
import type { CheckoutAnswer } from '../checkout-client.ts';
import { buyPage } from '../pages/buy.ts';
import { noticePage } from '../pages/notice.ts';
import { cartAddress, readCart, wantedIn } from '../read-cart.ts';
import { sendPage } from '../send-page.ts';

export function registerBuy(app: FastifyInstance, shop: Shop): void {
  const { checkout, room } = shop;

  app.get<{ Querystring: Record<string, unknown> }>('/buy', async (request, reply) => {
    const session = await checkout.openSession(request, reply, admissionOf(request));
    if (session.status >= 400) return sendSessionProblem(request, reply, shop, session);
    const stock = await room.stock(await shop.dropOf(request));
    const { problem } = request.query;
    return sendPage(
      reply,
      buyPage({
        stock,
        wanted: wantedIn(request.query),
        problem: typeof problem === 'string' ? problem : undefined,
        key: randomUUID(),
        until: String(session.body.expiresAt ?? ''),
      }),
    );
  });

  app.post<{ Body: unknown }>('/buy/reserve', async (request, reply) => {
    const cart = readCart(request.body);
    if (!cart) return reply.redirect(cartAddress(null, 'invalid-request'), 303);
    const answer = await checkout.call(request, 'POST', '/v1/reservations', {
      body: { lines: cart.lines },
      // Made with the page: however often the form is sent, it is one hold.
      headers: { 'idempotency-key': cart.key },
    });
    if (answer.status === 201 || answer.status === 200) return reply.redirect(`/hold/${answer.body.id}`, 303);
    return reply.redirect(cartAddress(cart, answer.problem || 'checkout-unavailable'), 303);
  });

  /** For shoppers whose entry is used up: back to the end of the line. */
  app.post('/again', async (request, reply) =>
    sendWebResponse(
      reply,
      await shop.connector.sendToRoom(toWebRequest(request), await shop.dropOf(request), '/buy'),
    ),
  );
}

function admissionOf(request: FastifyRequest): Admission {
  if (request.sluice === null) throw new Error('a protected route was reached without an admission');
  return request.sluice;
}

async function sendSessionProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  shop: Shop,
  answer: CheckoutAnswer,
) {
  const { problem, status } = answer;
  if (problem === 'session-ended' || problem === 'bound-elsewhere') {
    const text =
      problem === 'session-ended'
        ? 'Your turn has been used: the order is placed, or its time is over. You can queue again if you like.'
        : 'Your turn is being used in another browser or tab. You can go on there, or queue again here.';
    return sendPage(
      reply,
      noticePage({ title: 'This turn is over', text, form: { action: '/again', label: 'Queue again' } }),
      409,
    );
  }
  if (status === 401 || status === 403) {
    return sendWebResponse(
      reply,
      await shop.connector.sendToRoom(toWebRequest(request), await shop.dropOf(request), '/buy'),
    );
  }
  const text = 'The checkout is busy. Your turn is safe; this page tries again by itself.';
  return sendPage(
    reply.header('retry-after', '5'),
    noticePage({ title: 'One moment', text, refreshSeconds: 5 }),
    503,
  );
}
