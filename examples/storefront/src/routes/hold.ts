/** A hold: look at it, pay it, give it back. Authorised by the checkout session alone; the admission may have run out by now (Q34). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Shop } from '../app.ts';
import type { CheckoutAnswer } from '../checkout-client.ts';
import { type Hold, holdPage } from '../pages/hold.ts';
import { noticePage } from '../pages/notice.ts';
import { sendPage } from '../send-page.ts';

const ID = '([0-9a-f-]{36})';
/** What the shop offers; the sandbox provider of the checkout knows both. */
const METHODS = new Set(['sandbox:ok', 'sandbox:decline']);

interface Attempt {
  readonly status: number;
  readonly problem: string;
  /** As it was typed, to stand in its field again. */
  readonly receiptTo: string;
}

export function registerHold(app: FastifyInstance, { checkout, config, room, dropOf }: Shop): void {
  type Route = { Params: { id: string }; Body: unknown };

  /** The hold as it is now, and what came of an attempt to pay it. */
  async function sendHold(request: FastifyRequest<Route>, reply: FastifyReply, attempt?: Attempt) {
    const answer = await checkout.call(request, 'GET', `/v1/reservations/${request.params.id}`);
    if (answer.status !== 200) return sendGone(reply, answer);
    const hold = answer.body as unknown as Hold & { orderId?: string };
    if (hold.orderId) return reply.redirect(`/order/${hold.orderId}`, 303);
    if (hold.status === 'released' || hold.status === 'expired') return sendGone(reply, answer);
    const receiptTo = config.sendsReceipts ? (attempt?.receiptTo ?? '') : null;
    const page = holdPage({
      hold,
      stock: await room.stock(await dropOf(request)),
      problem: attempt?.problem,
      receiptTo,
    });
    return sendPage(reply, page, attempt?.status);
  }

  app.get<Route>(`/hold/:id${ID}`, (request, reply) => sendHold(request, reply));

  app.post<Route>(`/hold/:id${ID}/pay`, async (request, reply) => {
    const { id } = request.params;
    const { method, receiptTo } = readPayment(request.body);
    const wish = config.sendsReceipts && receiptTo !== '' ? { receiptTo } : {};
    const answer = await checkout.call(request, 'POST', `/v1/reservations/${id}/payment`, {
      body: { method, ...wish },
    });
    const order = answer.body.order as { id?: string } | undefined;
    if (answer.status === 200 && order?.id) return reply.redirect(`/order/${order.id}`, 303);
    if (answer.status === 202) return reply.redirect(`/hold/${id}`, 303);
    // The page itself is the answer, not another address: what was typed must stand in none.
    const problem = isAboutReceipt(answer) ? 'receipt-refused' : answer.problem || 'checkout-unavailable';
    return sendHold(request, reply, { status: answer.status, problem, receiptTo });
  });
  // Where a browser is after an attempt, for whoever comes to it by its address.
  app.get<Route>(`/hold/:id${ID}/pay`, (request, reply) => reply.redirect(`/hold/${request.params.id}`, 303));

  app.post<Route>(`/hold/:id${ID}/release`, async (request, reply) => {
    await checkout.call(request, 'DELETE', `/v1/reservations/${request.params.id}`);
    return reply.redirect('/', 303);
  });
}

function readPayment(body: unknown): { method: string; receiptTo: string } {
  const { method, receiptTo } = (body ?? {}) as { method?: unknown; receiptTo?: unknown };
  return {
    method: typeof method === 'string' && METHODS.has(method) ? method : 'sandbox:ok',
    receiptTo: typeof receiptTo === 'string' ? receiptTo.trim() : '',
  };
}

function isAboutReceipt({ status, body }: CheckoutAnswer): boolean {
  const errors = Array.isArray(body.errors) ? (body.errors as { field?: unknown }[]) : [];
  return status === 400 && errors.some(({ field }) => field === 'body.receiptTo');
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
