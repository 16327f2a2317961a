/**
 * From what is known about a shopper to what the page says: the one place for it, used by the server for pages without
 * scripts and by the browser's script for all others. Pure.
 */
import { clock, fill, span, type Texts } from './format.ts';
import type { StockedProduct } from './page.ts';

/** States in which the way back to the shop is what is left. */
export const GOES_BACK: readonly string[] = ['unbound', 'closed', 'missed', 'done', 'left', 'revoked'];

/** What is known. Everything but `state` may be missing. */
export interface Situation {
  /** Key of the words; see the locale files. */
  readonly state: string;
  /** Another lead than the state's own (`waiting.moved`). */
  readonly lead?: string;
  readonly position?: number | null;
  readonly ahead?: number | null;
  readonly wait?: { readonly minSeconds: number; readonly maxSeconds: number } | null;
  /** Most people ever seen ahead: where the progress bar began. */
  readonly aheadAtFirst?: number;
  readonly opensMs?: number;
  readonly heldUntilMs?: number;
  /** Until when a place is kept while there is nothing to sell: the end of the drop. */
  readonly keptUntilMs?: number;
  /** Rounded head count. */
  readonly crowd?: number;
  /** When the figures were true; shown, and the server's idea of now. */
  readonly asOfMs: number;
}

/** What to show. */
export interface PageView {
  readonly state: string;
  readonly title: string;
  readonly lead: string;
  /** The one big figure; `countdownToMs` means it ticks. */
  readonly figureLabel: string;
  readonly figure: string;
  readonly countdownToMs: number;
  /** 0 to 1, or -1 for none. */
  readonly progress: number;
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Announced at once instead of when convenient. */
  readonly urgent: boolean;
}

/** Twice as far ahead as a drop can be scheduled. */
const UNTOLD_MS = 10 * 366 * 86_400_000;

const URGENT = ['called', 'turn', 'grace', 'entering', 'closed', 'missed'];
/** States in which a shopper is past the line, so that their place in it is no more. */
const CALLED = ['called', 'turn', 'grace', 'checked-in'];

/**
 * The page for a situation.
 * @param locale of the words, or of a region where they are spoken: how figures and times are written
 * @param zone for a page that cannot know the shopper's
 */
export function describe(now: Situation, texts: Texts, locale: string, zone?: string): PageView {
  const say = (key: string) => texts[key] ?? '';
  const { state, ahead, wait, heldUntilMs, keptUntilMs, crowd, asOfMs } = now;
  // An opening that never comes (ADR 0114) is no time to tell anybody.
  const opensMs = now.opensMs && now.opensMs - asOfMs < UNTOLD_MS ? now.opensMs : 0;
  // Once called, a shopper's place in the line is behind them.
  const position = CALLED.includes(state) ? null : now.position;
  const facts: [string, string][] = [];
  if (ahead != null && (state === 'checked-in' ? ahead > 0 : position != null))
    facts.push([say('fact.ahead'), ahead.toLocaleString(locale)]);
  if (position != null && wait !== undefined) facts.push([say('fact.wait'), waitText(wait, say, locale)]);
  if (heldUntilMs) facts.push([say('fact.held'), clock(heldUntilMs, asOfMs, locale, zone)]);
  if (keptUntilMs) facts.push([say('fact.kept'), clock(keptUntilMs, asOfMs, locale, zone)]);
  if (opensMs && asOfMs < opensMs) facts.push([say('fact.opens'), clock(opensMs, asOfMs, locale, zone)]);
  if (crowd && crowd > 1) facts.push([say('fact.crowd'), fill(say('fact.crowd.about'), crowd, locale)]);
  if (position != null) facts.push([say('fact.updated'), clock(asOfMs, asOfMs, locale, zone)]);
  const isHeld = state === 'turn' || state === 'grace';
  const counting = isHeld
    ? (heldUntilMs ?? 0)
    : state === 'lobby' || state === 'scheduled'
      ? (opensMs ?? 0)
      : 0;
  return {
    state,
    title: say(`${state}.title`),
    lead: say(now.lead ?? `${state}.lead`),
    figureLabel: counting
      ? say(`figure.${isHeld ? 'turn' : (now.lead ?? state)}`)
      : position == null
        ? ''
        : say('figure.place'),
    figure: position == null ? '' : position.toLocaleString(locale),
    countdownToMs: counting,
    progress:
      position == null || ahead == null || !now.aheadAtFirst ? -1 : Math.max(0, 1 - ahead / now.aheadAtFirst),
    facts,
    urgent: URGENT.includes(state),
  };
}

/** A drop may sell hundreds of products; a page that tells of a place shows the first ones. */
const STOCK_ROWS_MAX = 12;

export interface StockRow {
  readonly name: string;
  readonly left: string;
  readonly isGone: boolean;
}

/** What is left of each product, and how many more there are. */
export function stockRows(products: readonly StockedProduct[], texts: Texts, locale: string): StockRow[] {
  const rows = products.slice(0, STOCK_ROWS_MAX).map(({ name, available }) => {
    const isGone = available <= 0;
    return { name, left: fill(texts[isGone ? 'stock.none' : 'stock.left'] ?? '', available, locale), isGone };
  });
  const more = products.length - rows.length;
  if (more > 0) rows.push({ name: fill(texts['stock.more'] ?? '', more, locale), left: '', isGone: true });
  return rows;
}

/** A window that has run out is told as ending now, by a clock that is up to a second ahead of the picture's. */
const LATE_MS = 1500;

/** Whether a call window is over, so that it is grace that holds the turn. */
export function isWindowOver(windowEndsMs: number, asOfMs: number): boolean {
  return windowEndsMs - asOfMs < LATE_MS;
}

/** State of the words for an own status (`GET …/ticket`). */
export function stateOf(phase: string, state: string, wait: Situation['wait']): string {
  if (phase === 'paused' || phase === 'queue_all') return 'paused';
  if (state === 'entered') return 'called';
  if (state !== 'waiting') return state.replace('_', '-');
  if (['open', 'draining', 'pass_through'].includes(phase))
    return wait && wait.maxSeconds <= 60 ? 'soon' : 'waiting';
  return phase.replace('_', '-');
}

/** Words for a place that is used up, by the reason of `ticket-spent`. */
export function spentState(reason: string): string {
  return ['missed', 'left', 'revoked'].includes(reason) ? reason : 'done';
}

function waitText(wait: Situation['wait'], say: (key: string) => string, lang: string): string {
  if (!wait) return say('wait.none');
  return wait.maxSeconds < 60 ? say('wait.soon') : span(wait.minSeconds, wait.maxSeconds, lang);
}
