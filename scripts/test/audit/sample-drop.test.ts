// The sample drop of `npm start`, made through the real control plane: what a newcomer finds at the addresses of the table.

import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSampleDrop } from '../../lib/sample-drop.mjs';
import { type Stack, startStack } from '../../lib/stack.mjs';

const FIRST = 'sample-1';
const SECOND = 'sample-2';

let stack: Stack;
beforeAll(async () => {
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;
  if (!redisUrl || !databaseUrl) throw new Error('run this through "npm test -- <file>"');
  stack = await startStack({ name: `sample-${process.pid}`, redisUrl, databaseUrl, drop: FIRST });
}, 120_000);
afterAll(() => stack?.stop());

const notes: string[] = [];
const note = (text: string) => void notes.push(text);
const pulseOf = async (drop: string) =>
  (await fetch(`${stack.rooms[0]?.url}/v1/drops/${drop}/pulse`)).json() as Promise<{ phase: string }>;

test('it opens a minute later; its lobby, its stock and the way through the shop are there at once', async () => {
  const opensAt = await createSampleDrop(stack, FIRST, note);
  const opensInMs = opensAt.getTime() - Date.now();
  expect(opensInMs).toBeGreaterThan(30_000);
  expect(opensInMs).toBeLessThanOrEqual(60_000);
  await waitUntil(async () => (await pulseOf(FIRST)).phase === 'lobby');
  await waitUntil(async () => (await fetch(`${stack.rooms[0]?.url}/v1/drops/${FIRST}/products`)).ok);

  const shop = stack.storefront?.url ?? '';
  expect(await (await fetch(shop)).text()).toContain('Aurora Low');
  // The waiting page's own address, as it stands in the table, leads through the shop's connector and back.
  const waitingPage = await fetch(`${stack.rooms[0]?.url}/w/${FIRST}`, { redirect: 'manual' });
  const viaShop = new URL(waitingPage.headers.get('location') ?? '');
  expect([waitingPage.status, viaShop.href]).toEqual([302, `${shop}/buy`]);
  const back = await fetch(viaShop, {
    redirect: 'manual',
    headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate' },
  });
  expect(back.headers.get('location')).toMatch(new RegExp(`^${stack.rooms[0]?.url}/w/${FIRST}\\?.*bind=`));
});

test('the next start closes the samples before it', async () => {
  await createSampleDrop(stack, SECOND, note);
  await waitUntil(async () => (await pulseOf(FIRST)).phase === 'closed');
  await waitUntil(async () => (await pulseOf(SECOND)).phase === 'lobby');
  expect(notes.join()).not.toContain('could not be closed');
});
