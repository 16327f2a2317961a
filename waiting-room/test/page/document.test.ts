import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { LOCALES, pickLanguage, SCRIPT } from '../../page/assets.ts';
import { BUNDLE_NAMES, bundlePage } from '../../page/build.mjs';
import { describe, type Situation, spentState, stateOf } from '../../page/describe.ts';
import { contentSecurityPolicy, type DocumentOptions, renderDocument } from '../../page/document.ts';
import { countdown, span } from '../../page/format.ts';
import { textsOf } from '../../page/look.ts';
import { PLAIN_LOOK } from '../../src/domain/page-look.ts';
import { PHASES } from '../../src/domain/phase.ts';

const joining = describe({ state: 'joining', asOfMs: 0 }, textsOf('en'), 'en');
const shell = (changes: Partial<DocumentOptions> = {}) =>
  renderDocument({
    drop: 'sneaker-1',
    name: 'Sneaker One',
    lang: 'en',
    drawn: true,
    shop: 'https://shop.example/p',
    view: joining,
    message: '',
    reference: '',
    stock: null,
    look: PLAIN_LOOK,
    mode: { kind: 'shell' },
    ...changes,
  });

test('what is committed is what its sources bundle to (mend: node waiting-room/page/build.mjs)', async () => {
  for (const name of BUNDLE_NAMES) {
    const committed = readFileSync(new URL(`../../page/${name}.bundle.txt`, import.meta.url), 'utf8');
    expect(committed, name).toBe(await bundlePage(name));
  }
});

test('Q20: server and browser turn orders into positions by one module, which depends on nothing', () => {
  const source = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  expect(source('src/domain/positions.ts')).not.toMatch(/^import|require\(|process\.|node:/m);
  for (const user of ['page/line.ts', 'src/admission/own-status.ts'])
    expect(source(user), user).toMatch(/import \{ aheadOf \} from '.*domain\/positions\.ts'/);
});

test('the whole page is at most 14 KB compressed, its script at most 3 KB, in every language', () => {
  expect(gzipSync(SCRIPT, { level: 9 }).length).toBeLessThanOrEqual(3 * 1024);
  for (const lang of LOCALES.keys()) {
    expect(gzipSync(shell({ lang }), { level: 9 }).length, lang).toBeLessThanOrEqual(14 * 1024);
  }
});

test('the policy allows this script, this style, the room itself and the drop’s shops as form targets: nothing else', () => {
  const policy = contentSecurityPolicy(['https://shop.example', 'http://127.0.0.1:9000'], PLAIN_LOOK);
  const html = shell();
  const hashesOf = (tag: string) => {
    const texts = [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(([, text = '']) => text);
    return texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ');
  };
  expect(policy).toBe(
    `default-src 'none'; script-src ${hashesOf('script')} 'strict-dynamic' 'self'; style-src ${hashesOf('style')}; connect-src 'self'; worker-src 'self'; img-src data:; ` +
      "form-action 'self' https://shop.example http://127.0.0.1:9000; base-uri 'none'; frame-ancestors 'none'",
  );
  expect(policy).not.toMatch(/unsafe/);
});

test('no third party: the page names no address but the shop’s', () => {
  const addresses = shell().match(/(?:https?:)?\/\/[\w.]+/g) ?? [];
  expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org', 'https://shop.example']));
  expect(shell()).not.toMatch(/<(?:link|script|img|iframe)[^>]+(?:src|href)="(?!data:)/);
});

test('nothing that an operator or a link writes can become markup', () => {
  const evil = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'&`;
  for (const mode of [
    { kind: 'shell' },
    {
      kind: 'plain',
      next: {
        leave: evil,
        acts: [
          { action: evil, label: evil, fields: { token: evil } },
          { href: evil, label: evil },
        ],
      },
    },
  ] as const) {
    const html = shell({
      name: evil,
      message: evil,
      reference: evil,
      stock: [{ name: evil, left: evil, isGone: false }],
      shop: `https://shop.example/${evil}`,
      mode,
    });
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<img');
    expect(html.match(/<script/g)?.length ?? 0).toBe(mode.kind === 'shell' ? 2 : 0);
    const [, json] = /id="room">(.*?)<\/script>/s.exec(html) ?? [];
    if (json) expect(JSON.parse(json)).toMatchObject({ shop: `https://shop.example/${evil}` });
  }
});

test('the script is a script that parses, and reads no cookie', () => {
  expect(() => new Script(SCRIPT)).not.toThrow();
  expect(SCRIPT).not.toMatch(/document\.cookie|innerHTML|eval\(/);
});

test('whatever the phase and the state, the page has words for it', () => {
  const texts = textsOf('en');
  const states = [
    'joining',
    'offline',
    'busy',
    'missing',
    'full',
    'elsewhere',
    'unbound',
    'entering',
    'scheduled',
    'lobby',
    'drawing',
  ];
  for (const phase of PHASES.filter((name) => name !== 'scheduled' && name !== 'lobby')) {
    for (const state of ['waiting', 'called', 'checked_in', 'entered'])
      states.push(stateOf(phase, state, null));
  }
  for (const reason of ['paid', 'released', 'expired', 'revoked', 'left', 'missed', 'something-new'])
    states.push(spentState(reason));
  for (const state of states) {
    expect(texts[`${state}.title`], state).toBeTruthy();
    expect(texts[`${state}.lead`], state).toBeTruthy();
  }
});

test('5.1: nearly there is whoever waits for a minute at most, and only while the line moves', () => {
  const at = (phase: string, maxSeconds: number) => stateOf(phase, 'waiting', { minSeconds: 1, maxSeconds });
  for (const phase of ['open', 'draining', 'pass_through'])
    expect([at(phase, 60), at(phase, 61), stateOf(phase, 'waiting', null)], phase).toEqual([
      'soon',
      'waiting',
      'waiting',
    ]);
  expect([at('paused', 5), at('sold_out', 5), at('healing', 5)]).toEqual(['paused', 'sold-out', 'healing']);
});

test('Q8: the lobby page says nothing that depends on a place', () => {
  const view = describe({ state: 'lobby', opensMs: 100_000, crowd: 1200, asOfMs: 0 }, textsOf('en'), 'en');
  expect(view).toMatchObject({ figure: '', progress: -1, countdownToMs: 100_000 });
  expect(view.facts.map(([label]) => label)).toEqual(['Opens', 'People here']);
});

test('a wait is a range in whole minutes or hours, never more exact than the estimate', () => {
  expect(span(400, 640, 'en')).toBe('6–11 minutes');
  expect(span(0, 60, 'en')).toBe('1 minute');
  expect(span(4000, 8640, 'en')).toBe('1–3 hours');
  const at = (wait: Situation['wait']) =>
    describe({ state: 'waiting', position: 5, ahead: 4, wait: wait ?? null, asOfMs: 0 }, textsOf('en'), 'en')
      .facts[1]?.[1];
  expect(at({ minSeconds: 1, maxSeconds: 59 })).toBe('less than a minute');
  expect(at(null)).toBe('not known now');
});

test('a countdown counts hours on past a day and never below zero', () => {
  expect([-5, 0, 1, 59_000, 60_000, 3_599_001, 3_600_000, 90_061_000].map(countdown)).toEqual([
    '0:00',
    '0:00',
    '0:01',
    '0:59',
    '1:00',
    '1:00:00',
    '1:00:00',
    '25:01:01',
  ]);
});

test('the language is the shopper’s first that there are words for', () => {
  expect(pickLanguage('de-AT,de;q=0.9,en;q=0.8')).toBe('de');
  expect(pickLanguage('xx,en;q=0.3,de;q=0.7')).toBe('de');
  expect(pickLanguage('xx, de;q=0')).toBe('en');
  expect(pickLanguage(undefined)).toBe('en');
  expect(pickLanguage(`${'a,'.repeat(100_000)}de`)).toBe('en');
});
