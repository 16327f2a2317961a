import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDrop } from '../support/drop.ts';
import { previewLink, staffPass } from '../support/preview-link.ts';
import { send, startTestRoom, type TestRoom } from '../support/room.ts';

let room: TestRoom;
beforeAll(async () => {
  room = await startTestRoom();
});
afterAll(() => room.close());

test('a rehearsal is served like any drop, and no series, which scaling and alerts go by, has it', async () => {
  const rehearsal = await createDrop(room.redis, { id: `rehearsal-${process.pid}` });
  const real = await createDrop(room.redis);
  const pulse = () => fetch(`${room.url}/v1/drops/${rehearsal}/pulse`);
  await waitUntil(async () => (await pulse()).ok);
  const scrape = async () => (await fetch(`${room.internalUrl}/metrics`)).text();
  await waitUntil(async () => (await scrape()).includes(`drop="${real}"`));
  expect(await scrape()).not.toContain(rehearsal);
});

let rehearsals = 0;
async function rehearse(): Promise<string> {
  const drop = await createDrop(room.redis, { id: `rehearsal-pass-${process.pid}-${rehearsals++}` });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  return drop;
}
const join = (drop: string, headers: Record<string, string> = {}) =>
  send(room.url, 'POST', `/v1/drops/${drop}/tickets`, { body: { nonce: 'A'.repeat(24) }, headers });
const joinByForm = (drop: string, headers: Record<string, string> = {}) =>
  send(room.url, 'POST', `/w/${drop}/join`, { headers });
const joinedOf = async (drop: string) =>
  Number((await room.redis.hget(`wr:{${drop}}:control`, 'joined_total')) ?? 0);

test('4.4: a rehearsal gives places to a staff pass alone; other drops ask for none', async () => {
  const drop = await rehearse();
  for (const refused of [await join(drop), await joinByForm(drop)])
    expect(refused).toMatchObject({ status: 403, body: { type: expect.stringMatching(/pass-refused$/) } });
  expect(await joinedOf(drop)).toBe(0);
  const pass = staffPass(drop);
  expect((await join(drop, { 'sluice-pass': pass })).status).toBe(201);
  expect((await joinByForm(drop, { cookie: `wr_pass_${drop}=${pass}` })).status).toBe(303);
  expect(await joinedOf(drop)).toBe(2);
  const real = await createDrop(room.redis);
  await waitUntil(async () => (await join(real)).status === 201);
});

test('4.4: the link of a pass keeps it in the browser, out of the address, and sends nobody to the shop', async () => {
  const drop = await rehearse();
  const bind = 'B'.repeat(43);
  const pass = staffPass(drop);
  const opened = await send(room.url, 'GET', `/w/${drop}?pass=${pass}&bind=${bind}`);
  expect(opened.status).toBe(303);
  expect(opened.headers.get('location')).toBe(`/w/${drop}?bind=${bind}`);
  expect(opened.headers.get('cache-control')).toBe('no-store');
  expect(opened.headers.get('set-cookie')).toContain(`wr_pass_${drop}=${pass}; `);
  for (const path of [`/w/${drop}?bind=${bind}`, `/w/${drop}`])
    expect((await send(room.url, 'GET', path)).status).toBe(200);
  // Of a real drop the word means nothing: a page opens whatever its link holds.
  const real = await createDrop(room.redis);
  const page = () => send(room.url, 'GET', `/w/${real}?bind=${bind}&pass=${staffPass(real)}`);
  const shown = await waitUntil(async () => {
    const answer = await page();
    return answer.status === 200 ? answer : undefined;
  });
  expect(shown.headers.getSetCookie()).toEqual([]);
});

test('promise 8: a pass that is expired, foreign, altered or for another drop is refused with the reason', async () => {
  const drop = await rehearse();
  const good = staffPass(drop);
  const [payload = '', mac = ''] = good.split('.');
  const far = Buffer.from(JSON.stringify({ drop, exp: 9e9 })).toString('base64url');
  const foreign = 'is not signed by this installation';
  const passes: [string, string][] = [
    [staffPass(drop, { inSeconds: -1 }), 'has expired'],
    [staffPass('rehearsal-other'), 'was issued for another drop'],
    [staffPass(drop, { serviceToken: 'x'.repeat(32) }), foreign],
    // What shows a page gives no place.
    [previewLink(drop), foreign],
    [`${far}.${mac}`, foreign],
    [`${payload}.${mac}.`, 'is not a staff pass'],
    [`${payload}.`, 'is not a staff pass'],
    // As long as a MAC in characters, longer in bytes.
    [`${payload}.${'é'.repeat(43)}`, 'is not a staff pass'],
    ['no', 'is not a staff pass'],
  ];
  for (const [pass, reason] of passes) {
    const refused = { status: 403, body: { detail: `The staff pass ${reason}.` } };
    const sent = Buffer.from(pass).toString('latin1');
    expect(await join(drop, { 'sluice-pass': sent }), pass).toMatchObject(refused);
    const link = `/w/${drop}?pass=${encodeURIComponent(pass)}`;
    expect(await send(room.url, 'GET', link), pass).toMatchObject(refused);
  }
  expect((await send(room.url, 'GET', `/w/${drop}?pass=${'a'.repeat(1025)}`)).status).toBe(400);
  expect(await joinedOf(drop)).toBe(0);
});
