/** The page in a state that nobody has to be in: what a shopper would see, with made-up figures, and without a queue behind it. */
import { problem } from '@sluice/service-kit';
import type { FastifyReply } from 'fastify';
import { LOCALES, PAGE_STATES } from '../../page/assets.ts';
import type { Situation } from '../../page/describe.ts';
import type { ReadPreviewLink } from '../admission/preview-links.ts';
import { CODE_LENGTH_MAX } from '../domain/access-code.ts';
import type { DropView } from '../queue/queue.ts';
import { isDrawn } from './page-shell.ts';
import { type PlainPage, sendPlainPage } from './plain-page.ts';

/** What of a request to the page asks for a preview. */
export interface PreviewQuery {
  readonly preview?: string;
  readonly state?: string;
  readonly lang?: string;
}

/** Requests for previews are counted as this, not as shoppers'. */
export const PREVIEW_ROUTE = '/w/:drop?preview';

/** Buttons that the page has in a state; keys of the locale files. */
const ACTIONS: Readonly<Record<string, string>> = {
  code: 'action.join',
  called: 'action.enter',
  turn: 'action.enter',
  grace: 'action.enter',
  entering: 'action.enter',
  missed: 'action.again',
  done: 'action.again',
  left: 'action.again',
};

const CODE_FIELD = { name: 'code', label: 'code.label', lengthMax: CODE_LENGTH_MAX };

/**
 * @throws Problem 403 `preview-refused`, 400 `invalid-request` for a state or language that there is none of
 */
export function sendPreview(
  reply: FastifyReply,
  view: DropView,
  { preview = '', state = 'waiting', lang = 'en' }: PreviewQuery,
  readLink: ReadPreviewLink,
): FastifyReply {
  const verdict = readLink(preview, view.drop, Date.now());
  if (!verdict.ok) throw problem('preview-refused', `The preview link ${verdict.reason}.`);
  const errors = [
    ...faultOf('state', state, PAGE_STATES),
    ...faultOf('lang', lang, [...LOCALES.keys()].sort()),
  ];
  if (errors.length > 0)
    throw problem('invalid-request', `${errors[0]?.field} ${errors[0]?.reason}`, { errors });
  const shown = samplePage(state, view);
  return sendPlainPage(reply, view.drop, view, {
    ...shown,
    preview: { lang, framedBy: verdict.claims.origin },
  });
}

function faultOf(field: string, value: string, known: readonly string[]) {
  return known.includes(value) ? [] : [{ field, reason: `must be one of ${known.join(', ')}` }];
}

/** Figures as an ordinary drop has them; what is known of this one is taken from it. */
function samplePage(state: string, view: DropView): PlainPage {
  const asOfMs = view.asOfMs || Date.now();
  const label = ACTIONS[state];
  return {
    situation: { state, asOfMs, ...leadOf(state, view), ...sampleFigures(state, asOfMs) },
    reference: 'K7Q-4MD',
    ...(label !== undefined && {
      acts: [{ action: '#', label, fields: {}, ...(state === 'code' && { input: CODE_FIELD }) }],
    }),
  };
}

function leadOf(state: string, view: DropView): Pick<Situation, 'lead'> {
  return state === 'lobby' && !isDrawn(view) ? { lead: 'lobby.fifo' } : {};
}

function sampleFigures(state: string, nowMs: number): Partial<Situation> {
  const place = { ahead: 1241, position: 1242, aheadAtFirst: 2300 };
  switch (state) {
    case 'scheduled':
    case 'lobby':
      return { opensMs: nowMs + 754_000, crowd: 12_000 };
    case 'waiting':
    case 'healing':
    case 'offline':
      return { ...place, wait: { minSeconds: 500, maxSeconds: 1100 } };
    case 'soon':
      return { ...place, ahead: 7, position: 8, wait: { minSeconds: 3, maxSeconds: 40 } };
    case 'paused':
      return { ...place, wait: null };
    case 'sold-out':
      return { ...place, wait: null, keptUntilMs: nowMs + 7_200_000 };
    case 'turn':
    case 'grace':
      return { heldUntilMs: nowMs + 92_000 };
    case 'checked-in':
      return { ahead: 12 };
    default:
      return {};
  }
}
