import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENTRY_PER_TICKET, KEYS_PER_ADDRESS, STATUS_PER_TICKET } from '../../src/rate-limits.ts';
import { createDrop, newBind } from '../support/drop.ts';
import { type Answer, joinDrop, send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';

let room: TestRoom;
let drop: string;
beforeAll(async () => {
  room = await startTestRoom();
  drop = await createDrop(room.redis, { opensInMs: 3_600_000, lobbyMs: 7_200_000 });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
});
afterAll(() => room.close());

async function times(count: number, request: () => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  for (let from = 0; from < count; from += 50) {
    const some = await Promise.all(Array.from({ length: Math.min(50, count - from) }, request));
    statuses.push(...some.map(({ status }) => status));
  }
  return statuses;
}

function expectLimited(answer: Answer): void {
  expect([answer.status, answer.body.type.split('/').pop()]).toEqual([429, 'rate-limited']);
  const seconds = Number(answer.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
}

test('1.10: own status is limited by ticket: the last allowed is answered, the next is 429, another ticket is not affected', async () => {
  // Its minute begins with the first that asks.
  const { url } = await room.another();
  await waitUntil(async () => (await send(url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  const status = (ticket: string) => () =>
    send(url, 'GET', `/v1/drops/${drop}/ticket`, { headers: ticketHeader(ticket) });
  const mine = status(await joinDrop(room.url, drop));
  expect(new Set(await times(STATUS_PER_TICKET.max, mine))).toEqual(new Set([200]));
  expectLimited(await mine());
  expect((await status(await joinDrop(room.url, drop))()).status).toBe(200);
});

/** What all instances count together is of the clock's minutes: done again until none began meanwhile. */
async function withinOneMinute<T>(act: () => Promise<T>): Promise<T> {
  const minute = () => Math.floor(Date.now() / ENTRY_PER_TICKET.timeWindow);
  for (;;) {
    const began = minute();
    const result = await act();
    if (minute() === began) return result;
  }
}

test('1.10: entry is limited by ticket over all instances together', async () => {
  const other = await room.another();
  const ask = (base: string, ticket: string) => () =>
    send(base, 'POST', `/v1/drops/${drop}/admission`, {
      headers: ticketHeader(ticket),
      body: { bind: newBind(), returnTo: 'https://shop.example/' },
    });
  await waitUntil(async () => (await send(other.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  const { askedElsewhere, next } = await withinOneMinute(async () => {
    const ticket = await joinDrop(room.url, drop);
    await times(ENTRY_PER_TICKET.max, ask(room.url, ticket));
    let asked = 0;
    const isOver = async () =>
      ++asked > ENTRY_PER_TICKET.max || (await ask(other.url, ticket)()).status === 429;
    await waitUntil(isOver, { everyMs: 100 });
    return { askedElsewhere: asked, next: await ask(room.url, ticket)() };
  });
  // By itself it would have allowed as many again.
  expect(askedElsewhere).toBeLessThanOrEqual(ENTRY_PER_TICKET.max);
  expectLimited(next);
});

test('1.10: addresses are told apart only through the trusted proxy, IPv6 by /64', async () => {
  const keys = (address: string) => () =>
    send(room.url, 'GET', '/.well-known/jwks.json', { headers: { 'x-forwarded-for': address } });
  expect(new Set(await times(KEYS_PER_ADDRESS.max, keys('2001:db8:1:1::1')))).toEqual(new Set([200]));
  expectLimited(await keys('2001:db8:1:1:ffff::2')());
  expect((await keys('2001:db8:1:2::1')()).status).toBe(200);
  // What stands left of the last proxy's own word is the client's claim, and counts for nothing.
  expectLimited(await keys('203.0.113.9, 2001:db8:1:1::3')());
});

test('Q13: joins of one address are limited in the script, with the time to come back', async () => {
  const busy = await createDrop(room.redis, { opensInMs: 3_600_000, lobbyMs: 7_200_000 });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${busy}/pulse`)).status === 200);
  const join = (address: string) => () =>
    send(room.url, 'POST', `/v1/drops/${busy}/tickets`, { headers: { 'x-forwarded-for': address } });
  let statuses = await times(3050, join('198.51.100.7'));
  // Another minute may have begun meanwhile; within two of them that many more are too many for one.
  if (!statuses.includes(429)) statuses = [...statuses, ...(await times(3050, join('198.51.100.7')))];
  expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(3000);
  expect(new Set(statuses)).toEqual(new Set([201, 429]));
  expect((await join('198.51.100.8')()).status).toBe(201);
});
