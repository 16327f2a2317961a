/** A shopper's own page without scripts: what it shows in each state, what it offers next, and the addresses that lead on. */
import { randomBytes } from 'node:crypto';
import { isWindowOver, type Situation, spentState, stateOf } from '../../page/describe.ts';
import type { OwnPicture } from '../admission/own-status.ts';
import type { OwnStatus } from '../contract/tickets.ts';
import { CODE_LENGTH_MAX } from '../domain/access-code.ts';
import type { DropView } from '../queue/queue.ts';
import { isDrawn } from './page-shell.ts';
import type { PlainAct, PlainPage } from './plain-page.ts';

/** A page that renews itself does so no more often than it takes to read it, or to have it read to one. */
const RENEW_SECONDS_MIN = 15;

/**
 * What goes from address to address: where to go back to, the browser's binding, and whether the shopper wants pages that renew
 * themselves (`1`).
 */
export type Back = { readonly return?: string; readonly bind?: string; readonly renew?: string };

export const pageUrl = (drop: string, back: Back) => withQuery(`/w/${drop}`, back);
export const placeUrl = (drop: string, back: Back) => withQuery(`/w/${drop}/place`, back);
export const leaveUrl = (drop: string, back: Back) => withQuery(`/w/${drop}/leave`, back);

/** What a place's page shows and offers next. */
export function placePage(picture: OwnPicture, view: DropView, back: Back): PlainPage {
  const { drop, asOfMs } = view;
  const again = { action: withQuery(`/w/${drop}/join`, back), label: 'action.again', fields: {} };
  if (picture.is === 'unknown')
    return { situation: { state: 'busy', lead: 'busy.plain', asOfMs }, acts: [again] };
  if (picture.is === 'spent') {
    const state = spentState(picture.reason);
    return { situation: { state, asOfMs }, ...(state !== 'revoked' && { acts: [again] }) };
  }
  const { status } = picture;
  const { position, ahead, wait, reference } = status;
  const going = { reference, leave: leaveUrl(drop, back) };
  const waiting = { ...going, ...renewal(drop, back, status.pollAfterMs) };
  if (status.state === 'lobby') return { situation: lobbySituation(view), ...waiting };
  const state = stateOf(status.phase, status.state, wait);
  if (state === 'closed') return { situation: { state, asOfMs }, reference };
  if (back.bind === undefined && (state === 'called' || state === 'checked-in'))
    return { situation: { state: 'unbound', asOfMs }, reference };
  // Stands still: nothing better can come, and whoever reads it, or has it read to them, is not interrupted.
  if (state === 'called') return { ...calledPage(status, view, back), ...going };
  const lead = state === 'waiting' ? { lead: renews(back) ? 'waiting.plain' : 'waiting.still' } : {};
  const kept = state === 'sold-out' && view.closesUs > 0 ? { keptUntilMs: view.closesUs / 1000 } : {};
  return { situation: { state, position, ahead, wait, asOfMs, ...lead, ...kept }, ...waiting };
}

const renews = ({ renew }: Back) => renew === '1';

/** A page that waits is renewed by the shopper, or by itself where they have asked for that; each offers the other (ADR 0146). */
function renewal(drop: string, back: Back, pollAfterMs: number): Pick<PlainPage, 'refreshSeconds' | 'acts'> {
  const { renew: _, ...still } = back;
  if (renews(back))
    return {
      refreshSeconds: Math.max(RENEW_SECONDS_MIN, Math.ceil(pollAfterMs / 1000)),
      acts: [{ href: placeUrl(drop, still), label: 'action.still', isSecond: true }],
    };
  return {
    acts: [
      lookAgain(placeUrl(drop, still)),
      { href: placeUrl(drop, { ...still, renew: '1' }), label: 'action.renew' },
    ],
  };
}

/** @param href of the page itself */
export const lookAgain = (href: string): PlainAct => ({ href, label: 'action.look' });

/** The turn has come, or may still be taken: the way in, and more time. */
function calledPage(status: OwnStatus, { drop, asOfMs }: DropView, back: Back): PlainPage {
  const windowEndsMs = Date.parse(status.callExpiresAt ?? '') || 0;
  const isLate = windowEndsMs > 0 && isWindowOver(windowEndsMs, asOfMs);
  const heldUntilMs = isLate ? Date.parse(status.turnEndsAt ?? '') || 0 : windowEndsMs;
  const fields = {
    ...(back.bind !== undefined && { bind: back.bind }),
    ...(back.return !== undefined && { return: back.return }),
    ...(renews(back) && { renew: '1' }),
  };
  const enter = { action: `/w/${drop}/admission`, label: 'action.enter', fields };
  const count = isLate ? 0 : (status.extensionsLeft ?? 0);
  const more = { action: withQuery(`/w/${drop}/extension`, back), label: 'action.extend', fields: {}, count };
  return {
    situation: {
      ...(isLate ? { state: 'grace' } : { state: 'called', lead: 'called.plain' }),
      ...{ asOfMs, heldUntilMs },
    },
    acts: count > 0 ? [enter, more] : [enter],
  };
}

/** Someone who could not join: they may ask again where that can help. */
export function refusedPage(status: string, view: DropView, back: Back): PlainPage {
  const { drop, asOfMs } = view;
  const acts = [{ action: withQuery(`/w/${drop}/join`, back), label: 'action.join', fields: {} }];
  const state =
    status === 'room-full'
      ? 'full'
      : status === 'address-limit'
        ? 'busy'
        : status === 'no-such-drop'
          ? 'missing'
          : status;
  if (status === 'not-open-yet')
    return {
      situation: { state: 'scheduled', lead: 'scheduled.plain', opensMs: view.lobbyOpensUs / 1000, asOfMs },
      acts,
    };
  if (!ASKED_AGAIN.includes(state)) return { situation: { state, asOfMs } };
  return { situation: { state, lead: `${state}.plain`, asOfMs }, acts };
}

/** What may be otherwise in a while. */
const ASKED_AGAIN = ['full', 'busy', 'sold-out'];

/** Asks for an access code. The form names its place beforehand: sent twice it uses the code once. */
export function codePage({ drop, asOfMs }: DropView, back: Back, lead?: string): PlainPage {
  return {
    situation: { state: 'code', asOfMs, ...(lead && { lead }) },
    acts: [
      {
        action: withQuery(`/w/${drop}/join`, back),
        label: 'action.join',
        fields: { nonce: randomBytes(24).toString('base64url') },
        input: { name: 'code', label: 'code.label', lengthMax: CODE_LENGTH_MAX },
      },
    ],
  };
}

function lobbySituation(view: DropView): Situation {
  const { phase, asOfMs, opensUs } = view;
  if (phase === 'drawing') return { state: 'drawing', asOfMs };
  return { state: 'lobby', opensMs: opensUs / 1000, asOfMs, ...(!isDrawn(view) && { lead: 'lobby.fifo' }) };
}

function withQuery(path: string, back: Back): string {
  const query = new URLSearchParams();
  if (back.return !== undefined) query.set('return', back.return);
  if (back.bind !== undefined) query.set('bind', back.bind);
  if (renews(back)) query.set('renew', '1');
  return query.size > 0 ? `${path}?${query}` : path;
}
