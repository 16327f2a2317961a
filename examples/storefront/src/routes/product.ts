/** A product page for each model. Public: whoever looks has no need of a turn. */
import type { FastifyInstance } from 'fastify';
import type { Shop } from '../app.ts';
import { groupModels } from '../models.ts';
import { productPage } from '../pages/product.ts';
import { sendPage } from '../send-page.ts';

export function registerProduct(app: FastifyInstance, { room }: Shop): void {
  app.get<{ Params: { slug: string } }>('/shoes/:slug', async (request, reply) => {
    const [stock, pulse] = await Promise.all([room.stock(), room.pulse()]);
    const models = groupModels(stock?.products ?? []);
    const index = models.findIndex(({ slug }) => slug === request.params.slug);
    const model = models[index];
    // Without the room's facts nobody can say what is sold; the front page has a way in all the same.
    if (!model) return stock ? reply.callNotFound() : reply.redirect('/', 303);
    return sendPage(reply, productPage({ model, index, currency: stock?.currency ?? 'EUR', pulse }));
  });
}
