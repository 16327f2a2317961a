/** 5.5: a merchant's look over HTTP: colours and words refused where they can't be read, logos re-encoded, all of it on the way to the room. */
import { createHash } from 'node:crypto';
import { holding, untilWaiting, waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  anyPlan,
  OPERATOR_KEY,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';
import { BOMB, POLYGLOT, png, SVG } from '../support/pictures.ts';

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
    await admin.createDrop({ page: { ...(anyPlan().page as object), theme } }),
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

/** Sends a picture as a logo, as a file chosen in a browser comes. */
async function sendLogo(bytes: Buffer, type = 'image/png', id = drop) {
  const response = await fetch(`${admin.url}/api/v1/drops/${id}/logo`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${OPERATOR_KEY}`, 'content-type': type },
    body: new Uint8Array(bytes),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
}

const logo = async (id = drop) => (await admin.call('GET', `/api/v1/drops/${id}/logo`)).body;
const settled = (id = drop) =>
  waitUntil(async () => (await logo(id)).status !== 'pending', { timeoutMs: 30_000 }).then(() => logo(id));

test('a logo is re-encoded by a job, and what shoppers get is small, of its own hash, and nothing of the file that was sent', async () => {
  const { status, body } = await sendLogo(POLYGLOT);
  expect([status, body.status]).toEqual([202, 'pending']);
  const { status: done, logo: placed } = await settled();
  expect([done, placed]).toMatchObject(['ready', { width: 64, height: 32 }]);
  // It is ready once the ledger has it; the room hears of it right after.
  expect(await waitUntil(async () => (await inRoom()).logo)).toEqual(placed);
  const image = (await admin.redis.getBuffer(`wr:logo:${placed.hash}`)) ?? Buffer.alloc(0);
  expect(createHash('sha256').update(image).digest('base64url')).toBe(placed.hash);
  expect(image.length).toBeLessThanOrEqual(10_240);
  expect(image.toString('latin1')).toMatch(/^RIFF.{4}WEBP/s);
  expect(image.toString('latin1')).not.toContain('script');
  const { headers, text } = await admin.call('GET', `/api/v1/drops/${drop}/logo/image`);
  expect([headers.get('content-type'), text.slice(0, 4)]).toEqual(['image/webp', 'RIFF']);
  const [act] = (await admin.call('GET', `/api/v1/drops/${drop}/acts`)).body.entries;
  expect(act).toMatchObject({ act: 'logo.change', after: { page: { logo: placed } } });
});

test('what is no picture, or not the one it says, or a bomb, is refused by its reason; the page keeps its logo', async () => {
  const before = await logo();
  const files: [string, Buffer, string, number, RegExp][] = [
    ['an SVG', SVG, 'image/svg+xml', 415, /content-type/],
    ['an SVG that says PNG', SVG, 'image/png', 422, /no PNG, JPEG or WebP/],
    ['HTML', Buffer.from('<!doctype html><script>'), 'image/png', 422, /no PNG/],
    ['a page', Buffer.from('<p>'), 'text/html', 415, /content-type/],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0'), 'image/gif', 415, /content-type/],
    ['JSON', Buffer.from('{}'), 'application/json', 415, /content-type/],
    ['PNG that says JPEG', png(64, 64), 'image/jpeg', 422, /is image\/png, not image\/jpeg/],
    ['a decompression bomb', BOMB, 'image/png', 422, /20000 × 20000 pixels/],
    ['less than its header says', png(400, 400, undefined, 10), 'image/png', 422, /can not be decoded/],
    ['a cut-off file', png(64, 64).subarray(0, 80), 'image/png', 422, /can not be decoded/],
    ['a header alone', png(64, 64).subarray(0, 20), 'image/png', 422, /no PNG/],
    ['a dot', png(1, 1), 'image/png', 422, /at least/],
    ['nothing', Buffer.alloc(0), 'image/png', 422, /no PNG/],
    ['3 MB', Buffer.alloc(3 << 20), 'image/png', 413, /too long/],
  ];
  for (const [kind, bytes, type, status, reason] of files) {
    const answer = await sendLogo(bytes, type);
    expect([kind, answer.status]).toEqual([kind, status]);
    expect(answer.text, kind).toMatch(reason);
    expect(answer.body.errors[0].field, kind).toMatch(/^(body|headers\.content-type)$/);
  }
  expect(await logo()).toEqual(before);
  expect((await sendLogo(png(64, 64), 'image/png', 'no-such-drop')).status).toBe(404);
});

test('a logo comes back to a Redis that lost it, stays with a copy of the drop, goes when it is removed, and comes back by undo', async () => {
  const opensAt = new Date(Date.now() + 7_200_000).toISOString();
  const id = (await admin.createDrop()).body.id;
  await sendLogo(png(300, 100), 'image/png', id);
  const { logo: placed } = await settled(id);
  const copy = await admin.call('POST', `/api/v1/drops/${id}/clone`, { opensAt });
  expect(copy.body.page.logo).toEqual(placed);
  await admin.redis.del(`wr:logo:${placed.hash}`);
  await waitUntil(async () => (await admin.redis.exists(`wr:logo:${placed.hash}`)) === 1, {
    timeoutMs: 15_000,
  });
  const removed = await admin.call('DELETE', `/api/v1/drops/${id}/logo`);
  expect([removed.status, removed.body.page.logo]).toEqual([200, null]);
  expect(await logo(id)).toEqual({ status: 'none', logo: null });
  expect((await admin.call('GET', `/api/v1/drops/${id}/logo/image`)).status).toBe(404);
  const undone = await admin.call('POST', `/api/v1/drops/${id}/undo`, {});
  expect(undone.body.page.logo).toEqual(placed);
});

test('a logo that is taken back while the job is at it stays off the page', async () => {
  const id = (await admin.createDrop()).body.id;
  // The job has encoded it and comes to the drop, then somebody takes it back, then a change of the name comes.
  const lock = ['select from admin.drops where drop_id = $1 for no key update', [id]] as const;
  const renamed = await holding(admin.database, [lock], async (letGo) => {
    expect((await sendLogo(png(64, 64), 'image/png', id)).status).toBe(202);
    await untilWaiting(admin.database, 1);
    await admin.database.query('delete from admin.logo_uploads where drop_id = $1', [id]);
    const renaming = admin.call('PATCH', `/api/v1/drops/${id}`, { name: 'After it' });
    await untilWaiting(admin.database, 2);
    await letGo('rollback');
    return renaming;
  });
  expect(renamed).toMatchObject({ status: 200, body: { name: 'After it', page: { logo: null } } });
  expect(await logo(id)).toEqual({ status: 'none', logo: null });
});
