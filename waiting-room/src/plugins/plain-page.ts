/** The waiting page for browsers without scripts: one shopper's own picture as a whole document, with a form for the next step. */
import type { FastifyReply } from 'fastify';
import { pickLanguage } from '../../page/assets.ts';
import { describe, GOES_BACK, type Situation, stockRows } from '../../page/describe.ts';
import {
  contentSecurityPolicy,
  type Form,
  type Link,
  previewSecurityPolicy,
  renderDocument,
} from '../../page/document.ts';
import { countdown, fill } from '../../page/format.ts';
import { textsOf } from '../../page/look.ts';
import type { Stock } from '../../page/page.ts';
import { PLAIN_LOOK } from '../domain/page-look.ts';
import type { DropView } from '../queue/queue.ts';
import { isDrawn } from './page-shell.ts';

export interface PlainPage {
  readonly situation: Situation;
  readonly reference?: string;
  /** Renews itself after so many seconds; only ever because the shopper asked for that. */
  readonly refreshSeconds?: number;
  /** What may be done, besides going back to the shop where that is what is left. */
  readonly acts?: readonly PlainAct[];
  /** Address of the page that asks once more; null for whoever has nothing to leave. */
  readonly leave?: string | null;
  /** Nobody's page: in the language asked for, framed by the one who asks, and with figures that would tick standing. */
  readonly preview?: { readonly lang: string; readonly framedBy: string };
}

/** Labels are keys of the locale files; `count` goes into it. */
export type PlainAct = (Form | Link) & { readonly count?: number };

/** Sends the page; `view` is undefined for a drop that does not exist. */
export function sendPlainPage(
  reply: FastifyReply,
  drop: string,
  view: DropView | undefined,
  { situation, reference = '', refreshSeconds = 0, acts = [], leave = null, preview }: PlainPage,
): FastifyReply {
  const lang = preview?.lang ?? pickLanguage(reply.request.headers['accept-language']);
  const look = view?.page.look ?? PLAIN_LOOK;
  const texts = textsOf(lang, look);
  const told = describe(situation, texts, lang, 'UTC');
  const ticks = preview && told.countdownToMs > 0;
  const shop = view?.page.defaultReturnTo ?? null;
  const ways = shop && GOES_BACK.includes(situation.state) ? [{ href: shop, label: 'action.shop' }] : [];
  const html = renderDocument({
    drop,
    name: view?.page.name ?? drop,
    lang,
    drawn: view ? isDrawn(view) : false,
    shop,
    view: ticks ? { ...told, figure: countdown(told.countdownToMs - situation.asOfMs) } : told,
    message: view?.page.message[lang] ?? view?.page.message.en ?? '',
    reference,
    stock: view?.page.showStock ? stockRows(productsOf(view), texts, lang) : null,
    look,
    mode: {
      kind: 'plain',
      next: {
        leave,
        acts: [...acts, ...ways].map(({ count = 0, ...act }: PlainAct) => ({
          ...act,
          ...('input' in act && {
            input: { ...act.input, label: texts[act.input.label] ?? act.input.label },
          }),
          label: fill(texts[act.label] ?? act.label, count, lang),
        })),
      },
    },
  });
  // The same to people as a meta element; what matters is that they have chosen it, and can stop it (ADR 0146).
  if (refreshSeconds > 0) reply.header('refresh', String(refreshSeconds));
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

/** What is not of the form that our checkout writes counts as nothing known. */
function productsOf({ products }: DropView): Stock['products'] {
  const picture = JSON.parse(products?.toString() ?? 'null') as Stock | null;
  return Array.isArray(picture?.products) ? picture.products : [];
}
