/** The waiting page for browsers without scripts: one shopper's own picture as a whole document, with a form for the next step. */
import type { FastifyReply } from 'fastify';
import { pickLanguage } from '../../page/assets.ts';
import { describe, type Situation } from '../../page/describe.ts';
import { contentSecurityPolicy, type Next, renderDocument, textsOf } from '../../page/document.ts';
import type { DropView } from '../queue/queue.ts';
import { isDrawn } from './page-shell.ts';

export interface PlainPage {
  readonly situation: Situation;
  readonly reference?: string;
  readonly refreshSeconds?: number;
  /** A form's label is a key of the locale files. */
  readonly form?: Next['form'];
}

/** Sends the page; `view` is undefined for a drop that does not exist. */
export function sendPlainPage(
  reply: FastifyReply,
  drop: string,
  view: DropView | undefined,
  { situation, reference = '', refreshSeconds = 0, form = null }: PlainPage,
): FastifyReply {
  const lang = pickLanguage(reply.request.headers['accept-language']);
  const texts = textsOf(lang);
  const html = renderDocument({
    drop,
    name: view?.page.name ?? drop,
    lang,
    drawn: view ? isDrawn(view) : false,
    shop: view?.page.defaultReturnTo ?? null,
    view: describe(situation, texts, lang, 'UTC'),
    message: view?.page.message[lang] ?? view?.page.message.en ?? '',
    reference,
    mode: {
      kind: 'plain',
      next: { refreshSeconds, form: form && { ...form, label: texts[form.label] ?? form.label } },
    },
  });
  return reply
    .header('cache-control', 'no-store')
    .header('content-security-policy', contentSecurityPolicy(view?.page.returnOrigins ?? []))
    .header('referrer-policy', 'same-origin')
    .type('text/html; charset=utf-8')
    .send(html);
}
