/** The public front of the shop: what is sold, when, and how much of it is left. */
import type { FastifyInstance } from 'fastify';
import type { Shop } from '../app.ts';
import { landingPage } from '../pages/landing.ts';
import { sendPage } from '../send-page.ts';

export function registerLanding(app: FastifyInstance, { room }: Shop): void {
  app.get('/', async (_request, reply) => {
    const [stock, pulse] = await Promise.all([room.stock(), room.pulse()]);
    return sendPage(reply, landingPage({ stock, pulse }));
  });

  /** Asked by the page's script every few seconds. */
  app.get('/stock.json', { logLevel: 'warn' }, async (_request, reply) => {
    const stock = await room.stock();
    const products = stock?.products.map(({ sku, available }) => ({ sku, available })) ?? [];
    return reply.header('cache-control', 'public, max-age=1').send({ products });
  });
}
