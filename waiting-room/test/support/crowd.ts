/** Shoppers with tickets over HTTP, and what their line looks like in Redis: for tests of losses. */
import { randomUUID } from 'node:crypto';
import { waitUntil } from '@sluice/service-kit/testing';
import type { Redis } from 'ioredis';
import { expect } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { newBind } from './drop.ts';
import { type Answer, send, ticketHeader } from './room.ts';

export interface Shopper {
  ticket: string;
  readonly number: string;
  readonly bind: string;
}

export async function joinCrowd(url: string, drop: string, count: number): Promise<Shopper[]> {
  await waitUntil(async () => (await send(url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  const crowd: Shopper[] = [];
  for (let i = 0; i < count; i++) {
    crowd.push(await joinForSure(url, drop));
  }
  return crowd;
}

/** As the page does: asks again with the same nonce, so that a join whose answer was lost is no second place. */
export async function joinForSure(url: string, drop: string): Promise<Shopper> {
  const nonce = randomUUID();
  const { body } = await waitUntil(
    async () => {
      const answer = await send(url, 'POST', `/v1/drops/${drop}/tickets`, { body: { nonce } });
      return answer.status === 201 || answer.status === 200 ? answer : null;
    },
    { what: 'a place' },
  );
  return { ticket: body.ticket, number: body.publicNumber, bind: newBind() };
}

/** Asks for the own status and keeps a renewed ticket. */
export async function look(url: string, drop: string, shopper: Shopper) {
  const answer = await send(url, 'GET', `/v1/drops/${drop}/ticket`, {
    headers: ticketHeader(shopper.ticket),
  });
  if (answer.body?.ticket) shopper.ticket = answer.body.ticket;
  return answer;
}

/** Looks, as the page does, until the room has renewed the ticket: from then on its place is in Redis again. */
export async function comeBack(url: string, drop: string, shopper: Shopper): Promise<void> {
  const old = shopper.ticket;
  await waitUntil(async () => (await look(url, drop, shopper)).status === 200 && shopper.ticket !== old);
}

export function askForEntry(url: string, drop: string, shopper: Shopper) {
  return send(url, 'POST', `/v1/drops/${drop}/admission`, {
    headers: ticketHeader(shopper.ticket),
    body: { bind: shopper.bind, returnTo: 'https://shop.example/p' },
  });
}

/** Just above what the limit per ticket allows for good (120 a minute). */
export const ASK_EVERY_MS = 550;

/** Asks, no more often than a page may, until the token comes. */
export async function enter(url: string, drop: string, shopper: Shopper): Promise<string> {
  const { body } = await waitUntil(
    async () => {
      const answer = await askForEntry(url, drop, shopper);
      return answer.status === 200 ? answer : null;
    },
    { everyMs: ASK_EVERY_MS },
  );
  return body.token;
}

/** What a newcomer is told while the line is not known to be whole: a clear "later", and no place (promise 5). */
export function expectClosed(answer: Answer): void {
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(answer.body.type).toContain('store-unavailable');
}

export const tryJoin = (url: string, drop: string): Promise<Answer> =>
  send(url, 'POST', `/v1/drops/${drop}/tickets`);

/** Public numbers in the order of the line. */
export const lineOf = (redis: Redis, drop: string): Promise<string[]> =>
  redis.zrange(dropKeys(drop).waiting, '0', '-1');

/** Kendall tau distance: pairs that stand the other way round. */
export function tauDistance(before: readonly string[], after: readonly string[]): number {
  const rank = new Map(before.map((number, index) => [number, index]));
  const ranks = after.flatMap((number) => rank.get(number) ?? []);
  let pairs = 0;
  for (let i = 0; i < ranks.length; i++) {
    for (let j = i + 1; j < ranks.length; j++) if ((ranks[i] as number) > (ranks[j] as number)) pairs++;
  }
  return pairs;
}
