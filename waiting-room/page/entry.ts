/** The turn: comes forward by itself while the page is seen and nobody wants to be asked, waits at the gate, and hands the token over. */
import { type Situation, stateOf } from './describe.ts';
import type { Answer, Page } from './page.ts';
import type { Counted } from './told-place.ts';
import { createTurn } from './turn.ts';
import { createWishes } from './wishes.ts';

/** Handing over more often than this within a minute means that the shop keeps sending the shopper back. */
const HAND_OVERS_MAX = 3;

export interface EntryOptions {
  readonly tellAhead: (counted: Counted, answer: Answer) => Partial<Situation>;
  readonly present: () => Promise<void>;
  readonly spent: (reason: string) => void;
  /** The shopper goes to the shop: nothing more is to be heard. */
  readonly goes: () => void;
}

export function createEntry(page: Page, { tellAhead, present, spent, goes }: EntryOptions) {
  const { find, remember, show, again } = page;
  const wishes = createWishes(page);
  const turn = createTurn(page, { enter, present });
  let rung = false;
  /** While the room is asked for the token. */
  let coming: Promise<void> | undefined;

  /** Somebody has been called, is checked in, or inside. */
  async function go(own: Answer, place: Partial<Situation>): Promise<void> {
    // A picture of before they came forward asks nothing any more.
    if (own.state === 'called' && !coming) {
      if (!rung) wishes.ring();
      rung = true;
      if (document.hidden || wishes.ask) {
        turn.ask(own, place);
        return again(own.pollAfterMs, present);
      }
    }
    show(stateOf(own.phase, own.state, null), { ...place, asOfMs: Date.parse(own.asOf) }, own.message);
    return enter();
  }

  /** Once at a time, however many things tell the page to: a form is handed over once. */
  function enter(): Promise<void> {
    coming ??= comeForward().finally(() => {
      coming = undefined;
    });
    return coming;
  }

  /** Comes forward, and asks for the token until there is room. */
  async function comeForward(): Promise<void> {
    const bind = page.query.get('bind');
    turn.done();
    if (!bind) return show('unbound');
    const body = { bind, returnTo: page.query.get('return') ?? undefined };
    const [code, answer] = await page.ask('POST', 'admission', body, false);
    if (code === 200) return page.run(async () => handOver(answer));
    if (code === 202) {
      show(stateOf(answer.phase ?? 'open', 'checked_in', null), tellAhead('gate', answer));
      return again(answer.retryAfterMs, enter);
    }
    const { type } = answer;
    if (type === 'not-called-yet') return again(answer.pollAfterMs || 2000, present);
    if (type === 'bound-elsewhere') return show('elsewhere');
    if (code === 410) return type === 'closed' ? show('closed') : spent(answer.reason);
    if (code === 401) return present();
    page.busy(answer, enter);
  }

  function handOver({ token, returnTo }: Answer): void {
    goes();
    const url = new URL(returnTo);
    const form = find<HTMLFormElement>('hand-over');
    form.action = `${url.origin}/.sluice/callback`;
    (form.elements.namedItem('token') as HTMLInputElement).value = token;
    (form.elements.namedItem('to') as HTMLInputElement).value = url.pathname + url.search;
    form.hidden = false;
    const recent = remember('entries')
      .split(' ')
      .filter((at) => Number(at) > Date.now() - 60_000);
    const looping = recent.length >= HAND_OVERS_MAX;
    remember('entries', [...recent, Date.now()].join(' '));
    show('entering', looping ? { lead: 'entering.again' } : {});
    if (!looping) form.submit();
  }

  /** The place is no longer one that is called. */
  function over(): void {
    turn.done();
    rung = false;
  }

  document.addEventListener('visibilitychange', () => {
    // Seen again, the page does what it would have done.
    if (!document.hidden && turn.isAsking && !wishes.ask) void page.run(enter);
  });

  return { go, over };
}
