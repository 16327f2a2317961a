/** A page with one message and one way on. */
import { type Html, html } from '../html.ts';
import { layout } from './layout.ts';

export interface Notice {
  readonly title: string;
  readonly text: string;
  readonly action?: { readonly href: string; readonly label: string };
  readonly form?: { readonly action: string; readonly label: string };
  readonly refreshSeconds?: number;
}

export function noticePage({ title, text, action, form, refreshSeconds }: Notice): Html {
  const body = html`<section class="turn"><h1>${title}</h1><p class="lead">${text}</p>
${action ? html`<p><a class="button" href="${action.href}">${action.label}</a></p>` : null}
${form ? html`<form method="post" action="${form.action}"><button class="button">${form.label}</button></form>` : null}</section>`;
  return layout({ title, body, refreshSeconds });
}
