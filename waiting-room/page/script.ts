/**
 * What the waiting page does by itself: joins once, asks for its place as often as it is told to, comes forward when
 * called and hands the token over to the shop. Everything it says comes from describe.ts.
 */
import { describe, type Situation, spentState, stateOf } from './describe.ts';
import { countdown, type Texts } from './format.ts';

interface Room {
  readonly drop: string;
  readonly lang: string;
  readonly drawn: boolean;
  readonly shop: string | null;
  readonly texts: Texts;
}

/** The parts of the API's answers that are used here; all of them may be missing. */
interface Answer {
  type?: string | undefined;
  phase: string;
  state: string;
  position: number | null;
  ahead: number | null;
  wait: { minSeconds: number; maxSeconds: number } | null;
  callExpiresAt: string | null;
  pollAfterMs: number;
  retryAfterMs: number;
  generation: number;
  reference: string;
  asOf: string;
  serverTime: string;
  opensAt: string;
  lobbyOpensAt: string;
  headCount: number;
  message: Record<string, string>;
  reason: string;
  token: string;
  returnTo: string;
}

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const room: Room = JSON.parse(find('room').textContent);
const { drop, lang, texts } = room;
const query = new URLSearchParams(location.search);
const api = `/v1/drops/${drop}/`;
/** Handing over more often than this within a minute means that the shop keeps sending the shopper back. */
const HAND_OVERS_MAX = 3;

let timer = 0;
let failures = 0;
let clockOffsetMs = 0;
let countdownToMs = 0;
let aheadAtFirst = 0;
let shownAhead = Infinity;
/** The last figures; they stay while the room cannot be reached. */
let shown: Partial<Situation> = {};
let generation: number | undefined;
let reference = '';
let known = !!remember('place');
let lastAskedMs = 0;

/** Keeps a value for this drop, or reads it; '' for none. */
function remember(key: string, value?: string): string {
  try {
    const name = `wr_${drop}_${key}`;
    if (value === undefined) return localStorage.getItem(name) ?? '';
    localStorage.setItem(name, value);
  } catch {} // Storage may be forbidden; the page works without.
  return '';
}

async function ask(method: string, path: string, body?: object): Promise<[number, Answer]> {
  const response = await fetch(api + path, {
    method,
    signal: AbortSignal.timeout(15_000),
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer: Answer = response.status === 204 ? {} : await response.json();
  answer.type = answer.type?.split('/').pop();
  answer.retryAfterMs ??= Number(response.headers.get('retry-after')) * 1000;
  const now = Date.parse(answer.serverTime ?? answer.asOf ?? '');
  if (now) clockOffsetMs = now - Date.now();
  return [response.status, answer];
}

const serverNowMs = () => Date.now() + clockOffsetMs;

function show(state: string, more: Partial<Situation> = {}, message?: Answer['message']): void {
  const view = describe({ asOfMs: serverNowMs(), ...more, state }, texts, lang);
  const main = find('main');
  const changed = main.dataset.state !== state;
  main.dataset.state = state;
  if (changed) {
    find('say').setAttribute('role', view.urgent ? 'alert' : 'status');
    document.title = `${view.title} · ${document.title.split(' · ').pop()}`;
  }
  write('title', view.title);
  write('lead', view.lead);
  write('label', view.figureLabel);
  write('figure', view.figure);
  countdownToMs = view.countdownToMs;
  count();
  const channel = find('channel');
  channel.hidden = view.progress < 0;
  channel.style.setProperty('--gone', `${view.progress}`);
  find('facts').replaceChildren(
    ...view.facts.map((fact) => {
      const row = document.createElement('div');
      fact.forEach((text, i) => {
        row.appendChild(document.createElement(i ? 'dd' : 'dt')).textContent = text;
      });
      return row;
    }),
  );
  if (message) write('message', message[lang] ?? message.en ?? '');
  write('reference', reference);
}

function write(id: string, text: string): void {
  const element = find(id);
  // Writing the same words again would be announced again.
  if (element.textContent !== text) element.textContent = text;
}

function count(): void {
  if (countdownToMs) write('figure', countdown(countdownToMs - serverNowMs()));
}

/** Asks again after `ms`, spread by a fifth so that a crowd does not move in step. */
function again(ms: number, step: () => Promise<void> = status): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => run(step), ms * (0.9 + Math.random() * 0.2));
}

async function run(step: () => Promise<void>): Promise<void> {
  clearTimeout(timer);
  lastAskedMs = Date.now();
  try {
    await step();
    failures = 0;
  } catch {
    show('offline', shown);
    again(Math.min(30_000, 2000 * 2 ** failures++), step);
  }
}

/** Overload and faults are the same to a shopper: wait as long as asked, then try again. */
function busy(answer: Answer, step: () => Promise<void>, state = 'busy'): void {
  show(state, shown);
  again(Math.max(2000, answer.retryAfterMs || 5000), step);
}

async function join(): Promise<void> {
  // Kept until answered, so that a reload or a retry asks for the same place again.
  const nonce = remember('nonce') || crypto.randomUUID();
  remember('nonce', nonce);
  const [code, answer] = await ask('POST', 'tickets', { nonce });
  if (code < 300) {
    remember('nonce', '');
    remember('place', '1');
    known = true;
    reference = answer.reference;
    shownAhead = Infinity;
    aheadAtFirst = 0;
    return status();
  }
  if (code === 409) return crowd();
  if (code === 410) return show('closed');
  if (code === 404) return show('missing');
  busy(answer, join, answer.type === 'room-full' ? 'full' : 'busy');
}

/** The public picture, for those who have no place yet and for everyone in the lobby. */
async function crowd(): Promise<void> {
  const [code, pulse] = await ask('GET', 'pulse');
  if (code !== 200) return busy(pulse, crowd);
  const { phase, message, pollAfterMs } = pulse;
  const inLobby = phase === 'lobby' || phase === 'drawing' || phase === 'scheduled';
  const opensMs = Date.parse((!known && pulse.lobbyOpensAt) || pulse.opensAt);
  // Nothing changes before the opening, and just after it everyone wants to know: spread over three seconds.
  const untilOpenMs = Math.max(1500, opensMs - serverNowMs() + Math.random() * 3000);
  if (known) {
    if (!inLobby) return status();
    const more = { opensMs, crowd: pulse.headCount, ...(!room.drawn && { lead: 'lobby.fifo' }) };
    show(phase === 'drawing' ? phase : 'lobby', more, message);
    return again(Math.min(pollAfterMs, untilOpenMs), crowd);
  }
  if (phase === 'closed') return show(phase);
  if (phase === 'sold_out') show('sold-out', { lead: 'sold-out.new' }, message);
  else if (phase === 'draining') show(phase, {}, message);
  else {
    if (phase === 'scheduled') show(phase, { opensMs }, message);
    return again(phase === 'scheduled' ? Math.min(pollAfterMs, untilOpenMs) : 1500, join);
  }
  again(pollAfterMs, crowd);
}

async function status(): Promise<void> {
  const [code, own] = await ask('GET', 'ticket');
  if (code === 401) {
    known = false;
    return join();
  }
  if (code === 410) return spent(own.reason);
  if (code === 404) return show('missing');
  if (code !== 200) return busy(own, status);
  reference = own.reference;
  if (own.state === 'lobby') return crowd();
  const state = stateOf(own.phase, own.state, own.wait);
  let { ahead } = own;
  let moved = false;
  if (ahead !== null) {
    // A place never moves back without a word: only when others were put in ahead.
    if (generation === own.generation) ahead = Math.min(ahead, shownAhead);
    else moved = ahead > shownAhead;
    generation = own.generation;
    shownAhead = ahead;
    aheadAtFirst = Math.max(aheadAtFirst, ahead);
  }
  shown = {
    ahead,
    position: ahead === null ? null : ahead + 1,
    wait: own.wait,
    aheadAtFirst,
    asOfMs: Date.parse(own.asOf),
    ...(own.callExpiresAt && { heldUntilMs: Date.parse(own.callExpiresAt) }),
  };
  show(state, moved ? { ...shown, lead: 'waiting.moved' } : shown, own.message);
  if (own.phase === 'closed') return;
  if (own.state === 'waiting') return again(own.pollAfterMs);
  return enter();
}

/** Comes forward, and asks for the token until there is room. */
async function enter(): Promise<void> {
  const bind = query.get('bind');
  if (!bind) {
    find('shop').hidden = !room.shop;
    return show('unbound');
  }
  const [code, answer] = await ask('POST', 'admission', { bind, returnTo: query.get('return') ?? undefined });
  if (code === 200) return handOver(answer);
  if (code === 202) {
    show(stateOf(answer.phase ?? 'open', 'checked_in', null), { ahead: answer.ahead });
    return again(answer.retryAfterMs, enter);
  }
  const { type } = answer;
  if (type === 'not-called-yet') return again(answer.pollAfterMs || 2000);
  if (type === 'bound-elsewhere') return show('elsewhere');
  if (code === 410) return type === 'closed' ? show('closed') : spent(answer.reason);
  if (code === 401) return join();
  busy(answer, enter);
}

function handOver({ token, returnTo }: Answer): void {
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

function spent(reason: string): void {
  shown = {};
  remember('place', '');
  known = false;
  show(spentState(reason));
}

find('again').onclick = () => run(join);
find('leave').onclick = async () => {
  const button = find('leave');
  if (!button.dataset.sure) {
    button.dataset.sure = '1';
    button.textContent = texts['action.leave.sure'] ?? '';
    return;
  }
  await run(async () => {
    await ask('DELETE', 'ticket');
    spent('left');
  });
};
setInterval(count, 1000);
addEventListener('online', () => run(known ? status : join));
addEventListener('pageshow', (event) => event.persisted && run(status));
document.addEventListener('visibilitychange', () => {
  // A sleeping device misses its timers; asking at once brings it up to date.
  if (!document.hidden && known && timer && Date.now() - lastAskedMs > 10_000) void run(status);
});
void run(known ? status : join);
