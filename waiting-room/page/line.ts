/**
 * What the page does for somebody who has a place: in the lobby and far back it reads the public pulse, near the front it
 * hears a stream, and when the turn has come it goes in. Loaded on demand by script.ts.
 */
import { aheadOf } from '../src/domain/positions.ts';
import { pollAfterMs, waitRange } from '../src/domain/wait.ts';
import { type Situation, spentState, stateOf } from './describe.ts';
import { createEntry } from './entry.ts';
import { createLeave } from './leave.ts';
import { createOwnStream } from './own-stream.ts';
import type { Answer, Line, Page } from './page.ts';
import { createStock } from './stock.ts';
import { type Counted, type Place, type Told, tell } from './told-place.ts';

/** Before these are over no place is settled (Q8). */
const BEFORE = ['scheduled', 'lobby', 'drawing'];
/** In these the line moves, so that there is a wait to tell. */
const MOVING = ['open', 'draining', 'healing'];
/** The room holds its own picture against the public one now and then: a place may have been withdrawn. */
const LOOKS_WITHOUT_ASKING = 10;
/** What the page says while the room cannot be asked. */
const TROUBLES = ['busy', 'offline', 'healing'];
/** With a stream open the pulse is read as often as nobody may sleep longer (Q23). */
const STREAM_LOOK_MS = 30_000;

function createLine(page: Page): Line {
  const { room, remember, show, again, busy } = page;
  /** The last own picture; null until there is one. */
  let own: Answer | null = null;
  let pulse: Answer | null = null;
  let told: Told | null = null;
  let aheadAtFirst = 0;
  let looks = 0;
  let strangers = 0;
  /** When a ticket of another epoch is presented (Q26); 0 for not needed. */
  let returnAtMs = 0;
  const entry = createEntry(page, { tellAhead, present, spent, goes: () => stream.close() });
  const showStock = createStock(page);
  const stream = createOwnStream(page.api, {
    heardStock: showStock,
    heard: (status) => page.run(async () => take(status)),
    ended: () => page.run(look),
  });
  createLeave(page, {
    left: () => {
      remember('left', '1');
      spent('left');
    },
  });

  function tellAhead(counted: Counted, now: Answer): Partial<Situation> {
    if (now.ahead === null) return { ahead: null, position: null };
    told = tell(told, counted, now as Place);
    const { ahead, grownBy } = told;
    aheadAtFirst = Math.max(aheadAtFirst, ahead);
    return { ahead, position: ahead + 1, aheadAtFirst, ...(grownBy && { lead: `moved.${grownBy}` }) };
  }

  /** Q26: whose ticket is of another epoch presents it once, after a random part of the spread. */
  function noticeEpoch(epoch: string): void {
    const mine = remember('epoch');
    if (!epoch || !mine || epoch === mine) returnAtMs = 0;
    else returnAtMs ||= Date.now() + Math.random() * 0.9 * (pulse?.returnSpreadMs ?? 5000);
  }

  async function look(): Promise<void> {
    const [code, answer] = await page.ask('GET', 'pulse');
    if (code === 404) return show('missing');
    if (code !== 200) return busy(answer, look);
    pulse = answer;
    showStock(pulse.stock);
    noticeEpoch(pulse.epoch);
    if (returnAtMs) {
      if (Date.now() >= returnAtMs) return present();
      showFromPulse(pulse);
      return again(Math.max(0, Math.min(pulse.pollAfterMs, returnAtMs - Date.now())), look);
    }
    if (!own || !remember('epoch')) return present();
    if (BEFORE.includes(pulse.phase)) {
      showFromPulse(pulse);
      // Just after the opening everyone wants to know: spread over three seconds.
      const untilOpenMs = Math.max(1500, Date.parse(pulse.opensAt) - page.nowMs() + Math.random() * 3000);
      return again(
        pulse.phase === 'drawing' ? pulse.pollAfterMs : Math.min(pulse.pollAfterMs, untilOpenMs),
        look,
      );
    }
    // Whoever is past the line asks for themselves: what they wait for is a matter of seconds.
    if (own.state !== 'waiting' && own.state !== 'lobby') return present();
    // A stream tells of what has changed: after a trouble the page has to say anew what has not.
    if (stream.isOpen && !TROUBLES.includes(page.find('main').dataset.state ?? ''))
      return again(STREAM_LOOK_MS, look);
    if (!isFarBack(own.order, pulse) || ++looks % LOOKS_WITHOUT_ASKING === 0) return present();
    again(showFromPulse(pulse), look);
  }

  /** Whether the pulse says all there is to know: whoever may be called before they ask again asks for themselves. */
  function isFarBack(
    order: number | null,
    { callableUntil = Infinity, rankMap, serverTime }: Answer,
  ): boolean {
    return order !== null && !!rankMap && order > callableUntil && order <= Date.parse(serverTime) * 1000;
  }

  /** What the pulse and the own order say together, without asking for the own place; returns when to look again, ms. */
  function showFromPulse(now: Answer): number {
    const { phase, rankMap, message } = now;
    if (BEFORE.includes(phase)) {
      // What was published before the opening is what the draw is held against after it (draw.ts).
      if (phase === 'lobby' && now.commit) remember('commit', now.commit);
      const opensMs = Date.parse(now.opensAt);
      show(
        phase === 'drawing' ? phase : 'lobby',
        { opensMs, crowd: now.headCount, ...(!room.drawn && { lead: 'lobby.fifo' }) },
        message,
      );
      return now.pollAfterMs;
    }
    const order = own?.order ?? null;
    if (order === null || !rankMap) {
      show(returnAtMs ? 'healing' : stateOf(phase, 'waiting', null), {}, message);
      return now.pollAfterMs;
    }
    const place = tellAhead('line', { ...now, ahead: aheadOf(order, rankMap, Date.parse(now.serverTime)) });
    const wait = MOVING.includes(phase) ? waitRange(place.ahead ?? 0, now) : null;
    showPlace(
      stateOf(phase, 'waiting', wait),
      { ...place, wait, asOfMs: Date.parse(now.serverTime) },
      message,
    );
    return pollAfterMs(wait, now.turnMs, order <= (now.callableUntil ?? Infinity));
  }

  /** Shows somebody in line; where there is nothing to sell, until when they stay in it. */
  function showPlace(state: string, place: Partial<Situation>, message: Answer['message']): void {
    const keptUntilMs = state === 'sold-out' ? Date.parse(pulse?.closesAt ?? '') : 0;
    show(state, keptUntilMs ? { ...place, keptUntilMs } : place, message);
  }

  /** Asks for the own picture, which also puts a ticket of another epoch back. */
  async function present(): Promise<void> {
    const [code, answer] = await page.ask('GET', 'ticket');
    // Given up in another tab: that was meant for all of them.
    if (code === 401 && remember('left')) return spent('left');
    if (code === 401 && strangers++ < 2) {
      // An instance that has not seen a restored line yet may not know its places; joining would give the place up.
      return busy({ retryAfterMs: 3000, type: 'store-unavailable' }, present);
    }
    strangers = 0;
    if (code === 401) {
      forget();
      return page.join();
    }
    if (code === 410) return spent(answer.reason);
    if (code === 404) return show('missing');
    if (code !== 200) return busy(answer, present);
    remember('epoch', answer.epoch);
    returnAtMs = 0;
    return take(answer);
  }

  /** Takes an own picture, asked for or heard, and goes on from it. */
  async function take(answer: Answer): Promise<void> {
    own = answer;
    const { phase, state, wait, message, asOf } = answer;
    remember('reference', answer.reference);
    noticeEpoch(answer.epoch);
    if (returnAtMs) return again(Math.max(0, returnAtMs - Date.now()), look);
    if (state === 'lobby') return look();
    const place = tellAhead(state === 'checked_in' ? 'gate' : 'line', answer);
    if (phase !== 'closed' && state !== 'waiting') return entry.go(answer, place);
    entry.over();
    showPlace(stateOf(phase, state, wait), { ...place, wait, asOfMs: Date.parse(asOf) }, message);
    if (phase === 'closed') return stream.close();
    stream.open(answer.ahead ?? Infinity);
    again(stream.isOpen ? STREAM_LOOK_MS : answer.pollAfterMs, look);
  }

  /** What was known of a place that is no more. */
  function forget(): void {
    own = null;
    told = null;
    aheadAtFirst = 0;
    returnAtMs = 0;
    stream.close();
    entry.over();
    remember('place', '');
    remember('epoch', '');
  }

  function spent(reason: string): void {
    forget();
    show(spentState(reason));
  }

  return { look };
}

window.sluice.line = createLine(window.sluice);
