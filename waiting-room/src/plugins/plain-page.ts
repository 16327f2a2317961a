/** The waiting page for browsers without scripts: one shopper's own picture as a whole document, with a form for the next step. */
import type { FastifyReply } from 'fastify';
import { pickLanguage } from '../../page/assets.ts';
import { describe, type Situation } from '../../page/describe.ts';
import {
  contentSecurityPolicy,
  type Next,
  previewSecurityPolicy,
  renderDocument,
} from '../../page/document.ts';
import { countdown } from '../../page/format.ts';
import { textsOf } from '../../page/look.ts';
import { PLAIN_LOOK } from '../domain/page-look.ts';
import type { DropView } from '../queue/queue.ts';
import { isDrawn } from './page-shell.ts';

export interface PlainPage {
  readonly situation: Situation;
  readonly reference?: string;
  readonly refreshSeconds?: number;
  /** A form's label is a key of the locale files. */
  readonly form?: Next['form'];
  /** Nobody's page: in the language asked for, framed by the one who asks, and with figures that would tick standing. */
  readonly preview?: { readonly lang: string; readonly framedBy: string };
}

/** Sends the page; `view` is undefined for a drop that does not exist. */
export function sendPlainPage(
  reply: FastifyReply,
  drop: string,
  view: DropView | undefined,
  { situation, reference = '', refreshSeconds = 0, form = null, preview }: PlainPage,
): FastifyReply {
  const lang = preview?.lang ?? pickLanguage(reply.request.headers['accept-language']);
  const look = view?.page.look ?? PLAIN_LOOK;
  const texts = textsOf(lang, look);
  const told = describe(situation, texts, lang, 'UTC');
  const ticks = preview && told.countdownToMs > 0;
  const html = renderDocument({
    drop,
    name: view?.page.name ?? drop,
    lang,
    drawn: view ? isDrawn(view) : false,
    shop: view?.page.defaultReturnTo ?? null,
    view: ticks ? { ...told, figure: countdown(told.countdownToMs - situation.asOfMs) } : told,
    message: view?.page.message[lang] ?? view?.page.message.en ?? '',
    reference,
    look,
    mode: {
      kind: 'plain',
      next: { refreshSeconds, form: form && { ...form, label: texts[form.label] ?? form.label } },
    },
  });
  const policy = preview
    ? previewSecurityPolicy(preview.framedBy, look)
    : contentSecurityPolicy(view?.page.returnOrigins ?? [], look);
  return reply
    .header('cache-control', 'no-store')
    .header('content-security-policy', policy)
    .header('referrer-policy', 'same-origin')
    .type('text/html; charset=utf-8')
    .send(html);
}
