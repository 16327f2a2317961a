/** The waiting page as HTML: one document for the shell, for pages without scripts and for the hand-over. Nothing unescaped goes in. */
import type { PageLook } from '../src/domain/page-look.ts';
import {
  ADDRESSES,
  NO_SCRIPT_STYLE,
  NO_SCRIPT_STYLE_HASH,
  SCRIPT,
  SCRIPT_HASH,
  STYLE,
  STYLE_HASH,
} from './assets.ts';
import type { PageView, StockRow } from './describe.ts';
import type { Texts } from './format.ts';
import { logoImage, lookStyle, styleHash, textsOf } from './look.ts';

export interface DocumentOptions {
  readonly drop: string;
  readonly name: string;
  readonly lang: string;
  /** Whether lobby places are drawn; decides what the page says about fairness. */
  readonly drawn: boolean;
  /** The shop's own page, as the way back; null when the drop has none. */
  readonly shop: string | null;
  readonly view: PageView;
  readonly message: string;
  readonly reference: string;
  /** What is left, where the merchant shows it (a shell: nothing yet); null: not shown. */
  readonly stock: readonly StockRow[] | null;
  readonly look: PageLook;
  /**
   * With the script the page takes care of itself and the document is the same for everyone. Without it the document is
   * one shopper's own picture, and says how to go on.
   */
  readonly mode: { readonly kind: 'shell' } | { readonly kind: 'plain'; readonly next: Next };
}

/** How a page without scripts goes on. */
export interface Next {
  /** What may be done; the first is what the state is about. */
  readonly acts: readonly (Form | Link)[];
  /** Where leaving is asked for once more; null for whoever has no place to leave. */
  readonly leave: string | null;
}

export interface Link {
  readonly href: string;
  readonly label: string;
  /** Not what the state is about, even if it comes first. */
  readonly isSecond?: boolean;
}

export interface Form {
  readonly action: string;
  readonly label: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What the shopper has to enter. */
  readonly input?: { readonly name: string; readonly label: string; readonly lengthMax: number };
}

/** A sign of a line, in the accent. */
const iconOf = ({ palettes }: PageLook) => {
  const [under, over] = palettes ? [palettes.light.accent, palettes.light.onAccent] : ['#0b6b63', '#ffffff'];
  const sign = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='${under}'/><path d='M3 6h10M3 10h6' stroke='${over}' stroke-width='2' stroke-linecap='round'/></svg>`;
  return `data:image/svg+xml,${sign.replace(/[<>#]/g, encodeURIComponent)}`;
};

/** Languages of those there are words for that are written from right to left. */
const RIGHT_TO_LEFT = ['ar'];

/** A strict policy: this script, these styles, this origin; forms also to the shop, which takes the token (Q33). */
export function contentSecurityPolicy(returnOrigins: readonly string[], look: PageLook): string {
  return policy(look, ["'self'", ...returnOrigins].join(' '), "'none'");
}

/** That of a page which is only looked at: its forms lead nowhere, and one origin may show it in a frame. */
export function previewSecurityPolicy(framedBy: string, look: PageLook): string {
  return policy(look, "'none'", framedBy);
}

function policy(look: PageLook, formAction: string, frameAncestors: string): string {
  const style = lookStyle(look);
  return [
    "default-src 'none'",
    // What the script itself loads is the room's own (page modules); a browser that knows no strict-dynamic takes `self`.
    `script-src ${SCRIPT_HASH} 'strict-dynamic' 'self'`,
    `style-src ${STYLE_HASH} ${NO_SCRIPT_STYLE_HASH}${style && ` ${styleHash(style)}`}`,
    "connect-src 'self'",
    "worker-src 'self'",
    `img-src data:${look.logo ? " 'self'" : ''}`,
    `form-action ${formAction}`,
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ');
}

/** Text made safe for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export function renderDocument(options: DocumentOptions): string {
  const { lang, name, view, mode, look } = options;
  const texts = textsOf(lang, look);
  const style = lookStyle(look);
  const t = (key: string) => escapeHtml(texts[key] ?? '');
  const shell = mode.kind === 'shell';
  return [
    `<!doctype html><html lang="${lang}"${RIGHT_TO_LEFT.includes(lang) ? ' dir="rtl"' : ''}><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">',
    `<title>${escapeHtml(`${shell || !view.urgent ? '' : '● '}${view.title} · ${name}`)}</title><link rel="icon" href="${iconOf(look)}"><style>${STYLE}</style>${style && `<style>${style}</style>`}</head>`,
    `<body><main id="main" data-state="${view.state}"><header>${logoImage(look)}<p>${t('room')}</p><h1 id="name"><bdi>${escapeHtml(name)}</bdi></h1></header>`,
    `<section class="card">${picture(options)}`,
    shell ? shellParts(options, t) : mode.next.acts.map(plainAct).join(''),
    `</section>${footer(options, t)}</main>`,
    shell
      ? `<script type="application/json" id="room">${roomJson(options, texts)}</script><script>${SCRIPT}</script>`
      : '',
    '</body></html>',
  ].join('');
}

function picture(options: DocumentOptions): string {
  const { view, message, mode } = options;
  const facts = view.facts.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  // Only a script can make a figure tick; without one the facts hold the time of day.
  const figure = mode.kind === 'shell' ? '' : view.figure;
  const label = figure || mode.kind === 'shell' ? view.figureLabel : '';
  return [
    `<div id="say" role="status"><h2 id="title">${escapeHtml(view.title)}</h2><p id="lead">${escapeHtml(view.lead)}</p></div>`,
    `<p class="figure"><span id="label">${escapeHtml(label)}</span><strong id="figure">${escapeHtml(figure)}</strong></p>`,
    '<div id="channel" aria-hidden="true" hidden></div>',
    `<dl id="facts">${facts.join('')}</dl><p id="message" dir="auto">${escapeHtml(message)}</p>`,
    stockList(options),
  ].join('');
}

function stockList({ stock, lang, look }: DocumentOptions): string {
  if (!stock) return '';
  const rows = stock.map(
    ({ name, left, isGone }) =>
      `<div${isGone ? ' class="gone"' : ''}><dt dir="auto">${escapeHtml(name)}</dt><dd>${escapeHtml(left)}</dd></div>`,
  );
  const title = escapeHtml(textsOf(lang, look)['stock.title'] ?? '');
  return `<div id="stock"${rows.length > 0 ? '' : ' hidden'}><h3>${title}</h3><dl>${rows.join('')}</dl></div>`;
}

function shellParts({ drop, shop }: DocumentOptions, t: (key: string) => string): string {
  return [
    // Without an action a form goes to the page's own address, with `return` and `bind`: the shell need not know them.
    `<noscript><style>${NO_SCRIPT_STYLE}</style><h2>${t('plain.title')}</h2><p>${t('plain.lead')}</p>`,
    `<form method="post"><label><input type="checkbox" name="renew" value="1" checked><span>${t('plain.renew')}</span></label>`,
    `<button>${t('action.join')}</button></form></noscript>`,
    '<div id="acts"></div>',
    `<button id="again">${t('action.again')}</button>`,
    `<a id="shop" class="button" href="${escapeHtml(shop ?? '#')}" hidden>${t('action.shop')}</a>`,
    '<form id="hand-over" method="post" hidden><input type="hidden" name="token"><input type="hidden" name="to">',
    `<input type="hidden" name="drop" value="${drop}"><button>${t('action.enter')}</button></form>`,
    '<div id="wishes"></div>',
  ].join('');
}

function plainAct(act: Form | Link, index: number): string {
  const label = escapeHtml(act.label);
  const kind = index > 0 || ('href' in act && act.isSecond) ? ' second' : '';
  if ('href' in act) return `<a class="button${kind}" href="${escapeHtml(act.href)}">${label}</a>`;
  const inputs = Object.entries(act.fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
  );
  const { input } = act;
  const field =
    input &&
    `<label class="address"><span>${escapeHtml(input.label)}</span><input type="text" name="${input.name}" maxlength="${input.lengthMax}" required autocomplete="one-time-code" autocapitalize="characters" spellcheck="false"></label>`;
  const button = `<button class="button${kind}">${label}</button>`;
  return `<form method="post" action="${escapeHtml(act.action)}">${inputs.join('')}${field ?? ''}${button}</form>`;
}

function footer({ reference, drawn, mode }: DocumentOptions, t: (key: string) => string): string {
  const leaving = mode.kind === 'plain' ? mode.next.leave : null;
  const leave =
    mode.kind === 'shell'
      ? `<button id="leave" class="quiet">${t('action.leave')}</button>`
      : leaving && `<a class="quiet" href="${escapeHtml(leaving)}">${t('action.leave')}</a>`;
  const proof =
    mode.kind === 'shell' && drawn
      ? `<button id="check" class="second">${t('proof.action')}</button><ul id="proof" role="status"></ul>`
      : '';
  return [
    `<footer><p class="place"><span title="${t('reference.why')}">${t('reference')} <b id="reference">${escapeHtml(reference)}</b></span>${leave ?? ''}</p>`,
    `<details><summary>${t('why.title')}</summary><p>${t('why.text')}</p></details>`,
    `<details><summary>${t('order.title')}</summary><p>${drawn ? `${t('order.draw')} ${t('order.draw.limits')}` : t('order.fifo')}</p><p>${t('keep')}</p>${proof}</details></footer>`,
  ].join('');
}

/** What only messages and pages without scripts say is of no use to a browser. */
const SERVERS_OWN = /^notice\.|^plain\.|\.plain$|^waiting\.still$|^action\.(?:look|renew|still)$/;

/** Inside a script element only `<` can end it. */
function roomJson({ drop, lang, drawn, shop, stock }: DocumentOptions, texts: Texts): string {
  const shown = Object.fromEntries(Object.entries(texts).filter(([key]) => !SERVERS_OWN.test(key)));
  return JSON.stringify({
    drop,
    lang,
    drawn,
    shop,
    stock: stock !== null,
    ...ADDRESSES,
    texts: shown,
  }).replaceAll('<', '\\u003c');
}
