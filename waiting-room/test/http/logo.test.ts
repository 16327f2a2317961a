/** 5.5: the merchant's logo, served by the room itself, to be kept for good under the hash of its content. */
import { createHash, randomBytes } from 'node:crypto';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDrop, newBind } from '../support/drop.ts';
import { send, startTestRoom, type TestRoom } from '../support/room.ts';

let room: TestRoom;
beforeAll(async () => {
  room = await startTestRoom();
});
afterAll(() => room.close());

const PALETTE = Object.fromEntries(
  'ground card ink soft line note accent accent2 onAccent accentInk alarm'
    .split(' ')
    .map((name) => [name, '#1a2b3c']),
);
const logo = (hash: string) => send(room.url, 'GET', `/w/-/logo/${hash}.webp`);

test('a page shows the logo that its document names, and the room serves it, also when Redis has lost it since', async () => {
  const image = randomBytes(600);
  const hash = createHash('sha256').update(image).digest('base64url');
  await room.redis.set(`wr:logo:${hash}`, image);
  const drop = await createDrop(room.redis);
  const look = { palettes: { light: PALETTE, dark: PALETTE }, logo: { hash, width: 480, height: 160 } };
  await room.redis.set(`wr:page:${drop}`, JSON.stringify({ name: 'A drop', returnOrigins: [], ...look }));
  const page = () => send(room.url, 'GET', `/w/${drop}?bind=${newBind()}`);
  await waitUntil(async () => (await page()).text.includes(`src="/w/-/logo/${hash}.webp"`));
  const { headers, text } = await page();
  expect(headers.get('content-security-policy')).toContain("img-src data: 'self'");
  expect(text).toContain('--accent:#1a2b3c');
  const served = await logo(hash);
  expect(served.status).toBe(200);
  expect(Object.fromEntries(served.headers)).toMatchObject({
    'content-type': 'image/webp',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  await room.redis.del(`wr:logo:${hash}`);
  expect((await logo(hash)).status).toBe(200);
});

test('nothing leaves under a name that is not the hash of its content', async () => {
  const hash = createHash('sha256').update('what was meant').digest('base64url');
  await room.redis.set(`wr:logo:${hash}`, 'something else');
  for (const name of [hash, 'h'.repeat(43)]) {
    const { status, headers } = await logo(name);
    expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(headers.get('cache-control')).toBe('no-store');
  }
  for (const name of ['x', `${hash}.svg`, '..%2f..%2fetc', '%00'.repeat(43)]) {
    const { status } = await logo(name);
    expect([400, 404], name).toContain(status);
  }
});
