/** Merchants' logos, from the page's own origin, under addresses that change with their content. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { LogoParams } from '../contract/page.ts';
import type { Room } from '../plugins/room.ts';
import { PAGES_PER_ADDRESS } from '../rate-limits.ts';

const FOR_GOOD = 'public, max-age=31536000, immutable';

export const logoRoutes: FastifyPluginAsyncTypebox<{ room: Room }> = async (app, { room }) => {
  app.get(
    '/w/-/logo/:file',
    {
      config: { rateLimit: PAGES_PER_ADDRESS },
      schema: {
        summary: "A merchant's logo, as WebP; its name is the hash of its content",
        params: LogoParams,
      },
    },
    async (request, reply) => {
      const image = await room.queue.logo(request.params.file.replace('.webp', ''));
      if (!image) throw problem('not-found', 'There is no such logo.');
      return (
        reply
          .header('cache-control', FOR_GOOD)
          // Opened by itself it is a picture and nothing else.
          .header('content-security-policy', "default-src 'none'; sandbox")
          .type('image/webp')
          .send(image)
      );
    },
  );
};
