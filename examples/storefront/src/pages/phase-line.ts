/** Where the drop stands, in a few words. */
import { type Html, html } from '../html.ts';
import type { Pulse } from '../room-facts.ts';

export function phaseLine(pulse: Pulse | null): Html {
  if (pulse?.opensAt && (pulse.phase === 'scheduled' || pulse.phase === 'lobby')) {
    return html`Opens at <time datetime="${pulse.opensAt}">${pulse.opensAt.slice(11, 16)} UTC</time>`;
  }
  if (pulse?.phase === 'closed') return html`This drop has ended`;
  if (pulse?.phase === 'sold_out') return html`Sold out, for now`;
  return html`The drop is on`;
}
