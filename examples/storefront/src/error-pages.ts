/** What a shopper sees when a page does not exist or something broke. */
import type { FastifyError, FastifyInstance } from 'fastify';
import { noticePage } from './pages/notice.ts';
import { sendPage } from './send-page.ts';

export function addErrorPages(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) =>
    sendPage(
      reply,
      noticePage({
        title: 'Page not found',
        text: 'There is nothing at this address.',
        action: { href: '/', label: 'To the shop' },
      }),
      404,
    ),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status =
      error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
        ? error.statusCode
        : 500;
    if (status === 500) request.log.error(error);
    const text =
      status === 500
        ? 'That was our fault. Please try again in a moment.'
        : 'This request could not be read.';
    const page = noticePage({
      title: 'Something went wrong',
      text,
      action: { href: '/', label: 'To the shop' },
    });
    return sendPage(reply, page, status);
  });
}
