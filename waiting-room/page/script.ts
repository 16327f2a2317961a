/**
 * The inlined part of the page: shows, asks, tries again, and joins once. Whoever has a place goes on in line.ts, which is
 * loaded when there is one. Everything it says comes from describe.ts.
 */
import { describe, GOES_BACK, type Situation } from './describe.ts';
import { countdown } from './format.ts';
import type { Answer, Line, Page, Room, Step } from './page.ts';

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const room: Room = JSON.parse(find('room').textContent);
const { drop, lang, texts } = room;
/** Figures and times as where the shopper lives. */
const locale = navigator.languages.find((tag) => tag.split('-')[0] === lang) ?? lang;
const query = new URLSearchParams(location.search);
const api = `/v1/drops/${drop}/`;

/** Of what is due; 0 for nothing. */
let timer = 0;
/** How many steps there were: only the newest hears what it has asked for. */
let steps = 0;
let failures = 0;
let clockOffsetMs = 0;
let countdownToMs = 0;
let lastAskedMs = 0;
/** The module for those who have a place, while it comes. */
let loading: Promise<unknown> | undefined;
/** The last figures; they stay while the room cannot be reached. */
let shown: Partial<Situation> = {};

function remember(key: string, value?: string): string {
  try {
    const name = `wr_${drop}_${key}`;
    if (value === undefined) return localStorage.getItem(name) ?? '';
    localStorage.setItem(name, value);
  } catch {} // Storage may be forbidden; the page works without.
  return '';
}

async function ask(method: string, path: string, body?: object, isOfStep = true): Promise<[number, Answer]> {
  const mine = steps;
  const response = await fetch(api + path, {
    method,
    signal: AbortSignal.timeout(15_000),
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer: Answer = response.status === 204 ? {} : await response.json();
  // What was so before must not be shown over what is so now.
  if (isOfStep && mine !== steps) throw new Error('another step has begun');
  answer.type = answer.type?.split('/').pop();
  answer.retryAfterMs ??= Number(response.headers.get('retry-after')) * 1000;
  const now = Date.parse(answer.serverTime ?? answer.asOf ?? '');
  if (now) clockOffsetMs = now - Date.now();
  return [response.status, answer];
}

const nowMs = () => Date.now() + clockOffsetMs;

function show(state: string, more: Partial<Situation> = {}, message?: Answer['message']): void {
  shown = more;
  const view = describe({ asOfMs: nowMs(), ...more, state }, texts, locale);
  const main = find('main');
  if (main.dataset.state !== state) {
    main.dataset.state = state;
    find('say').setAttribute('role', view.urgent ? 'alert' : 'status');
  }
  document.title = `${view.urgent ? '● ' : view.figure && `${view.figure} · `}${view.title} · ${find('name').textContent}`;
  write('title', view.title);
  write('lead', view.lead);
  write('label', view.figureLabel);
  write('figure', view.figure);
  countdownToMs = view.countdownToMs;
  count();
  find('shop').hidden = !room.shop || !GOES_BACK.includes(state);
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
  write('reference', remember('reference'));
}

function write(id: string, text: string): void {
  const element = find(id);
  // Writing the same words again would be announced again.
  if (element.textContent !== text) element.textContent = text;
}

function count(): void {
  if (countdownToMs) write('figure', countdown(countdownToMs - nowMs()));
}

function again(ms: number, step: Step): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => run(step), ms * (0.9 + Math.random() * 0.2));
}

async function run(step: Step): Promise<void> {
  clearTimeout(timer);
  timer = 0;
  const mine = ++steps;
  lastAskedMs = Date.now();
  try {
    await step();
    if (mine === steps) failures = 0;
  } catch {
    if (mine !== steps) return;
    show('offline', shown);
    again(Math.min(30_000, 2000 * 2 ** failures++), step);
  }
}

const BUSY: Record<string, string> = { 'room-full': 'full', 'store-unavailable': 'healing' };

function busy({ type = '', retryAfterMs }: Pick<Answer, 'type' | 'retryAfterMs'>, step: Step): void {
  show(BUSY[type] ?? 'busy', shown);
  again(Math.max(2000, retryAfterMs || 5000), step);
}

/** Runs a module of the room's own; the policy lets what this script makes pass, and nothing that stands in the document. */
function load(address: string): Promise<unknown> {
  return new Promise((loaded, failed) => {
    const script = document.createElement('script');
    Object.assign(script, { src: address, onload: loaded, onerror: failed });
    document.head.append(script);
  });
}

/** Goes on in line.ts. A shell of before a release finds the module of before gone, and is opened anew. */
async function look(): Promise<void> {
  if (!page.line) {
    const mine = steps;
    if (failures && (await fetch(room.line)).status === 404) location.reload();
    // Once, however often the page is woken meanwhile; and only the step that woke it last goes on.
    loading ??= load(room.line).finally(() => {
      loading = undefined;
    });
    await loading;
    if (mine !== steps) return;
  }
  return (page.line as Line).look();
}

async function join(): Promise<void> {
  // Kept until answered, so that a reload or a retry asks for the same place again.
  const nonce = remember('nonce') || crypto.randomUUID();
  remember('nonce', nonce);
  const [code, answer] = await ask('POST', 'tickets', { nonce, code: remember('code') || undefined });
  // Whoever has bought, and may do so once, is told that by what tells of a place.
  if (code < 300 || answer.type === 'ticket-spent') {
    remember('nonce', '');
    remember('place', '1');
    remember('left', '');
    remember('reference', answer.reference);
    // A step of its own: what fails from here on is no reason to ask for a place again.
    void run(look);
    return;
  }
  if (code === 403 && answer.type?.startsWith('code-')) return askCode(answer.type);
  if (code === 409) return crowd();
  if (code === 410) return show('closed');
  if (code === 404) return show('missing');
  busy(answer, join);
}

async function askCode(type: string): Promise<void> {
  remember('code', '');
  if (!page.askCode) await load(room.code);
  page.askCode?.(type);
}

/** The public picture, for those who have no place yet. */
async function crowd(): Promise<void> {
  const [code, { phase, message, pollAfterMs, lobbyOpensAt, retryAfterMs }] = await ask('GET', 'pulse');
  if (code !== 200) return busy({ retryAfterMs }, crowd);
  if (phase === 'closed') return show(phase);
  if (phase === 'scheduled') {
    const opensMs = Date.parse(lobbyOpensAt);
    show(phase, { opensMs }, message);
    // Just after the opening everyone wants in: spread over three seconds.
    return again(Math.min(pollAfterMs, Math.max(1500, opensMs - nowMs() + Math.random() * 3000)), join);
  }
  if (phase === 'sold_out') show('sold-out', { lead: 'sold-out.new' }, message);
  else if (phase === 'draining') show(phase, {}, message);
  else return again(1500, join);
  again(pollAfterMs, crowd);
}

const page: Page = {
  room,
  locale,
  query,
  api,
  find,
  remember,
  ask,
  nowMs,
  show,
  run,
  again,
  busy,
  join,
  look,
  load,
};
window.sluice = page;
/** Where nothing is due, it was the shopper who ended it, or who is to say something first: nobody is put in line for that they looked away. */
function wake(): void {
  if (remember('place')) void run(look);
  else if (timer) void run(join);
}

find('again').onclick = () => run(join);
if (room.drawn) find('check').onclick = () => void load(room.draw);
setInterval(count, 1000);
addEventListener('online', wake);
addEventListener('pageshow', (event) => event.persisted && wake());
document.addEventListener('visibilitychange', () => {
  // A sleeping device misses its timers; asking at once brings it up to date.
  if (!document.hidden && timer && Date.now() - lastAskedMs > 10_000) wake();
});
void run(remember('place') ? look : join);
