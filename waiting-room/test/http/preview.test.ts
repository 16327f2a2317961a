import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOCALES, PAGE_STATES } from '../../page/assets.ts';
import { escapeHtml } from '../../page/document.ts';
import { textsOf } from '../../page/look.ts';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop } from '../support/drop.ts';
import { type LinkSetup, previewLink } from '../support/preview-link.ts';
import { send, startTestRoom, type TestRoom } from '../support/room.ts';

let room: TestRoom;
beforeAll(async () => {
  room = await startTestRoom();
});
afterAll(() => room.close());

/** Nobody can be in it: it opens in an hour, and its lobby in half of one. */
async function plannedDrop(): Promise<string> {
  const drop = await createDrop(room.redis, { opensInMs: 3_600_000, lobbyMs: 1_800_000, drawn: true });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  return drop;
}

const look = (drop: string, query: Record<string, string>, method = 'GET') =>
  send(room.url, method, `/w/${drop}?${new URLSearchParams(query)}`);

const preview = (drop: string, more: Record<string, string> = {}, setup: LinkSetup = {}) =>
  look(drop, { preview: previewLink(drop, setup), ...more });

test('a preview shows every state in every language, in the words that shoppers get', async () => {
  const drop = await plannedDrop();
  for (const lang of LOCALES.keys())
    for (const state of PAGE_STATES) {
      const { status, text } = await preview(drop, { state, lang });
      expect(status, `${state} ${lang}`).toBe(200);
      expect(text).toContain(`<html lang="${lang}"`);
      expect(text).toContain(`data-state="${state}"`);
      expect(text).toContain(`<h2 id="title">${escapeHtml(textsOf(lang)[`${state}.title`] ?? '-')}</h2>`);
    }
  expect(PAGE_STATES).toEqual(
    expect.arrayContaining([
      'lobby',
      'drawing',
      'waiting',
      'paused',
      'healing',
      'draining',
      'full',
      'sold-out',
    ]),
  );
});

test('a preview is nobody’s page: not kept, without scripts of its own time, framed by the control plane alone', async () => {
  const drop = await plannedDrop();
  const { headers, text } = await preview(drop, { state: 'turn', lang: 'de' });
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.getSetCookie()).toEqual([]);
  const policy = headers.get('content-security-policy');
  expect(policy).toContain('frame-ancestors https://admin.example');
  expect(policy).toContain("form-action 'none'");
  expect(text).not.toMatch(/<script|http-equiv/);
  const plain = await look(drop, { bind: 'A'.repeat(43) });
  expect(plain.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});

test('a preview touches no line and counts as no page of a shopper', async () => {
  const drop = await plannedDrop();
  const line = async () => {
    // What the room renews by itself each second comes and goes on a busy machine.
    const { pulse: _, pulseLease: __, drawLease: ___, ...keys } = dropKeys(drop);
    const present = await Promise.all(Object.values(keys).map((key) => room.redis.exists(key)));
    const joined = await room.redis.hget(dropKeys(drop).control, 'joined_total');
    return [present, joined, await room.redis.xlen(dropKeys(drop).log)];
  };
  const counts = async () => {
    const { text } = await send(room.internalUrl, 'GET', '/metrics');
    return (route: string) =>
      Number(
        new RegExp(`duration_seconds_count\\{[^}]*route="${route}"[^}]*\\} (\\d+)`).exec(text)?.[1] ?? 0,
      );
  };
  const before = await line();
  const countBefore = await counts();
  for (const state of PAGE_STATES) await preview(drop, { state });
  expect(await line()).toEqual(before);
  const route = '/w/:drop\\?preview';
  // An answer is counted after it was sent.
  const countAfter = await waitUntil(async () => {
    const now = await counts();
    return now(route) - countBefore(route) >= PAGE_STATES.length ? now : null;
  });
  expect(countAfter(route) - countBefore(route)).toBe(PAGE_STATES.length);
  expect(countAfter('/w/:drop')).toBe(countBefore('/w/:drop'));
  expect((await preview(drop, {}, {})).status).toBe(200);
  const posted = await look(drop, { preview: previewLink(drop) }, 'POST');
  expect(posted).toMatchObject({ status: 403, body: { type: expect.stringMatching(/preview-refused$/) } });
  expect(await line()).toEqual(before);
});

test('promise 8: a link that is expired, foreign, altered or for another drop is refused with the reason', async () => {
  const drop = await plannedDrop();
  const good = previewLink(drop);
  const [payload = '', mac = ''] = good.split('.');
  const links: Record<string, string> = {
    'has expired': previewLink(drop, { inSeconds: -1 }),
    'was issued for another drop': previewLink('another-drop'),
    'is not signed by this installation': previewLink(drop, { serviceToken: 'x'.repeat(32) }),
  };
  for (const [reason, link] of Object.entries(links))
    expect(await look(drop, { preview: link })).toMatchObject({
      status: 403,
      body: { type: expect.stringMatching(/preview-refused$/), detail: `The preview link ${reason}.` },
    });
  const far = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), exp: 9e9 }),
  ).toString('base64url');
  for (const broken of [
    '',
    '.',
    'a.b',
    `${far}.${mac}`,
    `${payload}.${mac}.`,
    `${payload}.`,
    `${good}=`,
    payload,
  ])
    expect((await look(drop, { preview: broken })).status, broken).toBe(403);
  expect((await look(drop, { preview: 'a'.repeat(1025) })).status).toBe(400);
  for (const [field, value] of [
    ['state', 'winning'],
    ['lang', 'tlh'],
    ['state', '__proto__'],
  ] as const)
    expect(await preview(drop, { [field]: value })).toMatchObject({
      status: 400,
      body: { errors: [{ field, reason: expect.stringMatching(/^must be one of /) }] },
    });
  expect((await look('no-such-drop', { preview: previewLink('no-such-drop') })).status).toBe(404);
});
