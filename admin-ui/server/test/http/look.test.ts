/** 5.5: a merchant's colours and words over HTTP: refused where they can't be read, else on the way to the room. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';

let admin: TestControlPlane;
let drop: string;
beforeAll(async () => {
  admin = await startTestControlPlane();
  drop = (await admin.createDrop()).body.id;
});
afterAll(() => admin?.close());

const THEME = { accent: '#b4004e', background: '#fff8ef', text: '#2b1a12' };
const change = (page: Record<string, unknown>) => admin.call('PATCH', `/api/v1/drops/${drop}/page`, page);
const inRoom = async () => JSON.parse((await admin.redis.get(`wr:page:${drop}`)) ?? '{}');

test('colours go to the room as every colour of its page, in both schemes; words go with them; undo takes them back', async () => {
  const before = await inRoom();
  expect(before).toMatchObject({ theme: null, palettes: null, words: {}, logo: null });
  const words = { de: { room: 'Warteraum von Aurora' }, en: { 'soon.title': 'Almost!' } };
  const { status, body } = await change({ theme: THEME, words });
  expect([status, body.page.theme, body.page.words]).toEqual([200, THEME, words]);
  const page = await inRoom();
  expect(page).toMatchObject({ theme: THEME, words, palettes: { light: { accent: '#b4004e' } } });
  expect(Object.keys(page.palettes.dark)).toHaveLength(11);
  const undone = await admin.call('POST', `/api/v1/drops/${drop}/undo`, {});
  expect(undone.body.page).toMatchObject({ theme: null, words: {} });
  expect(await inRoom()).toMatchObject({ theme: null, palettes: null });
});

test('colours that can not be read are refused with each pair and its ratio, however they come; nothing changes', async () => {
  const theme = { ...THEME, text: '#d8c8b8' };
  const before = await inRoom();
  const answers = [
    await change({ theme }),
    await admin.call('PATCH', `/api/v1/drops/${drop}`, { page: { theme } }),
    await admin.createDrop({ page: { theme } }),
  ];
  for (const { status, body } of answers) {
    expect(status).toBe(422);
    expect(body.type).toMatch(/\/low-contrast$/);
    expect(body.detail).toMatch(/text on background is 1\.\d+ \(light\), 4\.5 is needed/);
    expect(body.pairs[0]).toMatchObject({ scheme: 'light', pair: 'text on background', needed: 4.5 });
  }
  const { name, opensAt } = (await admin.call('GET', `/api/v1/drops/${drop}`)).body;
  const drops = [{ id: drop, name, opensAt, page: { theme } }];
  const planned = await admin.call('POST', '/api/v1/plan', { version: 1, drops });
  expect(planned.body.changes[0]).toMatchObject({ action: 'refused' });
  expect(planned.body.changes[0].refusals.join()).toContain('text on background');
  expect(await inRoom()).toEqual(before);
});

test('promise 8: a look with a fault is refused by field and reason', async () => {
  const looks: [string, Record<string, unknown>, string][] = [
    ['a colour by name', { theme: { ...THEME, accent: 'red' } }, 'body.theme.accent'],
    ['a short colour', { theme: { ...THEME, accent: '#fff' } }, 'body.theme.accent'],
    ['a colour that ends the rule', { theme: { ...THEME, text: '#000;}b{' } }, 'body.theme.text'],
    ['a colour left out', { theme: { accent: '#000000', background: '#ffffff' } }, 'body.theme.text'],
    ['a colour too many', { theme: { ...THEME, border: '#000000' } }, 'body.theme.border'],
    ['half a night', { theme: { ...THEME, dark: { accent: '#ffffff' } } }, 'body.theme.dark'],
    ['text for a theme', { theme: 'dark' }, 'body.theme'],
    ['words in no language', { words: { xx: { room: 'x' } } }, 'body.words.xx'],
    [
      'words that are a rule',
      { words: { en: { 'order.draw': 'The fastest win' } } },
      'body.words.en.order.draw',
    ],
    ['words that are none', { words: { en: { room: '' } } }, 'body.words.en.room'],
    ['a word too long', { words: { en: { room: 'x'.repeat(501) } } }, 'body.words.en.room'],
    ['more words than there is room for', { words: { ja: manyWords() } }, 'body.words.ja'],
    ['half a character', { words: { en: { room: 'a\ud800' } } }, 'body.words.en.room'],
    ['a logo by name', { logo: { hash: 'x', width: 1, height: 1 } }, 'body.logo'],
  ];
  for (const [kind, look, field] of looks) {
    const { status, body, text } = await change(look);
    expect(status, `${kind}: ${text}`).toBe(400);
    expect(
      body.errors.some((error: { field: string }) => error.field.startsWith(field)),
      `${kind}: ${text}`,
    ).toBe(true);
  }
});

const manyWords = () =>
  Object.fromEntries(['room', 'why.text', 'soon.lead'].map((key) => [key, '列'.repeat(400)]));

test('colours are tried out without changing anything: what the page derives, and what could not be read', async () => {
  const preview = (theme: unknown) => admin.call('POST', '/api/v1/theme-preview', theme);
  const { status, body } = await preview(THEME);
  expect([status, body.isReadable, Object.keys(body.light)]).toEqual([200, true, Object.keys(body.dark)]);
  expect(body.contrasts).toHaveLength(24);
  for (const { ratio, needed } of body.contrasts) expect(ratio).toBeGreaterThanOrEqual(needed);
  expect((await preview({ ...THEME, text: '#d8c8b8' })).body).toMatchObject({ isReadable: false });
  expect((await preview({ accent: 'red' })).status).toBe(400);
});

test('a copy of a drop looks the same, and its file says how', async () => {
  await change({ theme: THEME });
  const opensAt = new Date(Date.now() + 7_200_000).toISOString();
  const copy = await admin.call('POST', `/api/v1/drops/${drop}/clone`, { opensAt });
  expect(copy.body.page.theme).toEqual(THEME);
  const { text } = await admin.call('GET', '/api/v1/export');
  expect(text).toContain('accent: "#b4004e"');
  expect(text).not.toContain('logo');
});
