/**
 * The turn of a shopper who is asked, because the page cannot be seen or because they want to be: how long it is held, one
 * key for more time, and the button to go in.
 */
import { isWindowOver, type Situation } from './describe.ts';
import { fill } from './format.ts';
import { make } from './make.ts';
import type { Answer, Page, Step } from './page.ts';

export function createTurn(page: Page, { enter, present }: { readonly enter: Step; readonly present: Step }) {
  const { texts } = page.room;
  let own: Answer | null = null;
  let place: Partial<Situation> = {};
  let lead: string | undefined;
  const more = make('button', { className: 'second', onclick: () => void page.run(extend) });
  const key = make('p', { className: 'key', textContent: texts['turn.key'] ?? '' });
  const go = make('button', {
    textContent: texts['action.enter'] ?? '',
    onclick: () => void page.run(enter),
  });

  /** Asks, until they come or the turn is over. */
  function ask(now: Answer, before: Partial<Situation>): void {
    own = now;
    place = before;
    render();
  }

  function render(): void {
    if (!own) return;
    const windowEndsMs = Date.parse(own.callExpiresAt ?? '') || 0;
    const late = isWindowOver(windowEndsMs, Date.parse(own.asOf));
    // Late, what counts is when the next person gets it.
    const heldUntilMs = late ? Date.parse(own.turnEndsAt ?? '') || 0 : windowEndsMs;
    page.show(
      late ? 'grace' : 'turn',
      { ...place, heldUntilMs, ...(lead && !late && { lead }) },
      own.message,
    );
    const left = own.extensionsLeft ?? 0;
    more.textContent = fill(texts['action.extend'] ?? '', left, page.locale);
    page.find('acts').replaceChildren(go, ...(late || left === 0 ? [] : [more, key]));
  }

  /** One more call window. Asked for twice it is the same one. */
  async function extend(): Promise<void> {
    const [code, answer] = await page.ask('POST', 'ticket/extension', undefined, false);
    if (!own) return;
    if (code === 200) {
      own = { ...own, ...answer };
      lead = 'turn.extended';
    } else if (code < 500) own = { ...own, extensionsLeft: 0 };
    render();
    page.again(2000, present);
  }

  function done(): void {
    own = null;
    lead = undefined;
    page.find('acts').replaceChildren();
  }

  // Space alone: no letter, so it is in nobody's way, and it works before anything has the focus.
  document.addEventListener('keydown', (event) => {
    if (event.key !== ' ' || !more.isConnected || event.target !== document.body) return;
    event.preventDefault();
    more.click();
  });

  return {
    ask,
    done,
    get isAsking() {
      return own !== null;
    },
  };
}
