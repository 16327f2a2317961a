// The sample drop of `npm start`, made through the real control plane: what a newcomer finds at the addresses of the table.

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
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

/** Where a browser is sent from an address. fetch would say of itself that it is no navigation. */
async function locationOf(url: string): Promise<string> {
  const asked = get(url, { headers: { accept: 'text/html' } });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.headers.location ?? '';
}

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
  const viaShop = await locationOf(`${stack.rooms[0]?.url}/w/${FIRST}`);
  expect(viaShop).toBe(`${shop}/buy`);
  expect(await locationOf(viaShop)).toMatch(new RegExp(`^${stack.rooms[0]?.url}/w/${FIRST}\\?.*bind=`));
});

test('the next start closes the samples before it', async () => {
  await createSampleDrop(stack, SECOND, note);
  await waitUntil(async () => (await pulseOf(FIRST)).phase === 'closed');
  await waitUntil(async () => (await pulseOf(SECOND)).phase === 'lobby');
  expect(notes.join()).not.toContain('could not be closed');
});
