import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop, type DropSetup, newBind, tune } from '../support/drop.ts';
import {
  joinDrop,
  SERVICE_TOKEN,
  send,
  startTestRoom,
  type TestRoom,
  ticketHeader,
} from '../support/room.ts';

let room: TestRoom;
let other: { readonly url: string };
beforeAll(async () => {
  room = await startTestRoom();
  other = await room.another();
});
afterAll(() => room.close());

/** A drop that both instances know in the phase it is to be in. */
async function knownDrop(setup: DropSetup = {}, phase = 'open'): Promise<string> {
  const drop = await createDrop(room.redis, setup);
  await seen(drop, phase);
  return drop;
}

async function seen(drop: string, phase: string): Promise<void> {
  for (const base of [room.url, other.url]) {
    await waitUntil(async () => (await send(base, 'GET', `/v1/drops/${drop}/pulse`)).body?.phase === phase);
  }
}

const typeOf = (answer: { readonly body?: { readonly type?: string } }) =>
  answer.body?.type?.split('/').pop();
const path = (drop: string, name: string) => `/v1/drops/${drop}/${name}`;
const admission = (base: string, drop: string, ticket: string, body: unknown) =>
  send(base, 'POST', path(drop, 'admission'), { headers: ticketHeader(ticket), body });
const back = (bind = newBind()) => ({ bind, returnTo: 'https://shop.example/p' });

/** However slow the machine: a ticket may ask for its status 300 times a minute, for entry 120 times. */
const ASK_EVERY_MS = 550;

/** A ticket that has been called. */
async function calledTicket(drop: string): Promise<string> {
  const ticket = await joinDrop(room.url, drop);
  await waitUntil(async () => (await own(drop, ticket)).body.called, { everyMs: 250 });
  return ticket;
}
const own = (drop: string, ticket: string, base = room.url) =>
  send(base, 'GET', path(drop, 'ticket'), { headers: ticketHeader(ticket) });

test('promise 8: an unknown drop is 404 on every route, and a badly written one 400 with the field', async () => {
  const headers = { authorization: `Bearer ${SERVICE_TOKEN}` };
  const routes: [string, string, unknown?][] = [
    ['POST', 'tickets'],
    ['GET', 'ticket'],
    ['DELETE', 'ticket'],
    ['POST', 'ticket/extension'],
    ['POST', 'admission', { bind: newBind() }],
    ['GET', 'pulse'],
    ['GET', 'products'],
    ['GET', 'draw'],
    ['POST', 'sessions/ended', { sessions: [{ jti: newBind(), reason: 'paid' }] }],
    [
      'POST',
      'capacity',
      {
        seq: 1,
        at: '2026-01-01T00:00:00Z',
        sellable: 1,
        held: 0,
        inside: 0,
        insideWithoutHold: 0,
        opened: [],
      },
    ],
  ];
  for (const [method, name, body] of routes) {
    const sent = { headers, ...(body !== undefined && { body }) };
    const unknown = await send(room.url, method, path('nothing', name), sent);
    expect([name, unknown.status, typeOf(unknown)]).toEqual([name, 404, 'no-such-drop']);
    for (const bad of ['UPPER', '-x', 'x-', 'a_b', 'x'.repeat(41), '%00', '..%2f']) {
      const answer = await send(room.url, method, path(bad, name), sent);
      expect([name, bad, answer.status]).toEqual([name, bad, 400]);
      expect(answer.body.errors[0].field).toMatch(/^params/);
    }
  }
});

test('promise 8: a bad body is 400 and names every field with its reason; nothing is written', async () => {
  const drop = await knownDrop();
  const ticket = await joinDrop(room.url, drop);
  const cases: [string, unknown, string][] = [
    ['tickets', { nonce: 'short' }, 'body.nonce'],
    ['tickets', { nonce: 'x'.repeat(65) }, 'body.nonce'],
    ['tickets', { nonce: 'with spaces in it' }, 'body.nonce'],
    ['tickets', { nonce: 7 }, 'body.nonce'],
    ['tickets', { more: true }, 'body.more'],
    ['admission', {}, 'body.bind'],
    ['admission', { bind: 'x' }, 'body.bind'],
    ['admission', { bind: `${'b'.repeat(42)}=` }, 'body.bind'],
    ['admission', { bind: newBind(), returnTo: '' }, 'body.returnTo'],
    ['admission', { bind: newBind(), returnTo: 'https://evil.example/' }, 'body.returnTo'],
    ['admission', { bind: newBind(), returnTo: 'javascript:alert(1)' }, 'body.returnTo'],
    ['admission', { bind: newBind() }, 'body.returnTo'],
    ['admission', { bind: newBind(), token: 'x' }, 'body.token'],
  ];
  for (const [name, body, field] of cases) {
    const answer = await send(room.url, 'POST', path(drop, name), { headers: ticketHeader(ticket), body });
    expect([body, answer.status, typeOf(answer)]).toEqual([body, 400, 'invalid-request']);
    const { errors } = answer.body;
    expect(errors.map((error: { field: string }) => error.field)).toContain(field);
    for (const { reason } of errors) expect(reason).toMatch(/\w/);
  }
  for (const body of ['{', 'null}', '[1', '"']) {
    const answer = await send(room.url, 'POST', path(drop, 'admission'), {
      headers: ticketHeader(ticket),
      body,
    });
    expect(answer.status).toBe(400);
  }
  expect(await room.redis.zcard(dropKeys(drop).waiting)).toBe(1);
});

test('a join answers 201 with a place and sets the cookie; the ticket’s holder gets the same again with 200', async () => {
  const drop = await knownDrop();
  const first = await send(room.url, 'POST', path(drop, 'tickets'));
  expect(first.status).toBe(201);
  expect(first.headers.get('cache-control')).toBe('no-store');
  const cookie = first.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(new RegExp(`^wr_${drop}=[\\w-]+; Max-Age=\\d+; Path=/; HttpOnly; SameSite=Lax$`));
  for (const headers of [ticketHeader(first.body.ticket), { cookie: cookie.split(';')[0] as string }]) {
    const again = await send(other.url, 'POST', path(drop, 'tickets'), { headers });
    expect([again.status, again.body.publicNumber]).toEqual([200, first.body.publicNumber]);
  }
  expect(await room.redis.zcard(dropKeys(drop).waiting)).toBe(1);
});

test('2.8: a lost answer, a double click and two tabs with the same nonce are one place, on whichever instance', async () => {
  const drop = await knownDrop();
  const body = { nonce: newBind() };
  const answers = await Promise.all(
    [room.url, other.url, room.url, other.url].map((base) =>
      send(base, 'POST', path(drop, 'tickets'), { body }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
  expect(new Set(answers.map((answer) => answer.body.publicNumber)).size).toBe(1);
  expect(await room.redis.zcard(dropKeys(drop).waiting)).toBe(1);
  // Each of those tickets is the same place.
  for (const answer of answers) {
    expect((await own(drop, answer.body.ticket)).body.reference).toBe(answers[0]?.body.reference);
  }
});

test('2.8: asking for entry many times at once, from two instances, gives one session and the same token', async () => {
  const drop = await knownDrop();
  const ticket = await calledTicket(drop);
  const body = back();
  const first = await waitUntil(
    async () => {
      const answer = await admission(room.url, drop, ticket, body);
      return answer.status === 200 ? answer : null;
    },
    { everyMs: ASK_EVERY_MS },
  );
  const again = await Promise.all(
    Array.from({ length: 10 }, (_, i) => admission(i % 2 === 0 ? room.url : other.url, drop, ticket, body)),
  );
  for (const answer of again) {
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(first.body);
  }
  expect(await room.redis.zcard(dropKeys(drop).sessions)).toBe(1);
  expect(await room.redis.hget(dropKeys(drop).control, 'entered_total')).toBe('1');
  expect((await own(drop, ticket)).body).toMatchObject({ state: 'entered', called: true });
});

test('a used-up ticket is 410 with its reason, and joining with it gives a new place at the end', async () => {
  const drop = await knownDrop();
  const ticket = await calledTicket(drop);
  expect(
    (await send(room.url, 'DELETE', path(drop, 'ticket'), { headers: ticketHeader(ticket) })).status,
  ).toBe(204);
  expect(
    (await send(room.url, 'DELETE', path(drop, 'ticket'), { headers: ticketHeader(ticket) })).status,
  ).toBe(204);
  for (const answer of [await own(drop, ticket), await admission(room.url, drop, ticket, back())]) {
    expect([answer.status, typeOf(answer), answer.body.reason]).toEqual([410, 'ticket-spent', 'left']);
  }
  const again = await send(room.url, 'POST', path(drop, 'tickets'), { headers: ticketHeader(ticket) });
  expect(again.status).toBe(201);
  expect(again.body.ticket).not.toBe(ticket);
});

test('Q15: a place far back that was given up or revoked is soon known as spent on every instance, and others keep theirs', async () => {
  const drop = await knownDrop({ policy: { override: 'paused' } }, 'paused');
  const [left, revoked, stays] = await Promise.all([0, 1, 2].map(() => joinDrop(room.url, drop)));
  await send(room.url, 'DELETE', path(drop, 'ticket'), { headers: ticketHeader(left as string) });
  const { body } = await send(room.url, 'POST', path(drop, 'tickets'), {
    headers: ticketHeader(revoked as string),
  });
  await send(room.url, 'POST', path(drop, 'sessions/ended'), {
    headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
    body: { sessions: [{ jti: body.publicNumber, reason: 'revoked' }] },
  });
  for (const base of [room.url, other.url]) {
    for (const [ticket, reason] of [
      [left, 'left'],
      [revoked, 'revoked'],
    ] as const) {
      const answer = await waitUntil(async () => {
        const status = await own(drop, ticket as string, base);
        return status.status === 410 ? status : null;
      });
      expect(answer.body.reason).toBe(reason);
    }
    expect((await own(drop, stays as string, base)).body.state).toBe('waiting');
  }
});

test('rejoinAfterPurchase: where the drop says no, a ticket that led to a purchase gets no other place', async () => {
  const drop = await knownDrop({ policy: { rejoin_after_purchase: 'no' } });
  const tickets = { paid: await calledTicket(drop), released: await calledTicket(drop) };
  for (const [reason, ticket] of Object.entries(tickets)) {
    await waitUntil(async () => (await admission(room.url, drop, ticket, back())).status === 200, {
      everyMs: ASK_EVERY_MS,
    });
    const { body } = await send(room.url, 'POST', path(drop, 'tickets'), { headers: ticketHeader(ticket) });
    await send(room.url, 'POST', path(drop, 'sessions/ended'), {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
      body: { sessions: [{ jti: body.publicNumber, reason }] },
    });
  }
  const rejoin = (ticket: string) =>
    send(room.url, 'POST', path(drop, 'tickets'), { headers: ticketHeader(ticket) });
  const refused = await rejoin(tickets.paid);
  expect([refused.status, refused.body.reason]).toEqual([410, 'paid']);
  expect((await rejoin(tickets.released)).status).toBe(201);
  await tune(room.redis, drop, { rejoin_after_purchase: 'yes' });
  await waitUntil(async () => (await rejoin(tickets.paid)).status === 201);
});

test('no ticket is 401 and says how to send one; a changed one, another drop’s, or one in two spellings is 401', async () => {
  const drop = await knownDrop();
  const elsewhere = await knownDrop();
  const ticket = await joinDrop(room.url, drop);
  const foreign = await joinDrop(room.url, elsewhere);
  const requests = ['GET ticket', 'DELETE ticket', 'POST admission', 'POST ticket/extension'].map((text) => {
    const [method = '', name = ''] = text.split(' ');
    return (headers: Record<string, string>) =>
      send(room.url, method, path(drop, name), { headers, ...(name === 'admission' && { body: back() }) });
  });
  const flipped = ticket.slice(0, -1) + (ticket.endsWith('A') ? 'B' : 'A');
  for (const request of requests) {
    const without = await request({});
    expect([without.status, typeOf(without)]).toEqual([401, 'ticket-missing']);
    expect(without.body.detail).toContain('Authorization: Ticket');
    for (const bad of [flipped, `${ticket}=`, `${ticket}A`, foreign, 'x', ticket.toLowerCase()]) {
      const answer = await request(ticketHeader(bad));
      expect([answer.status, typeOf(answer)]).toEqual([401, 'ticket-invalid']);
    }
    expect((await request({ authorization: `Bearer ${ticket}` })).status).toBe(401);
  }
  expect((await own(drop, ticket)).status).toBe(200);
});

test('a request that another site’s page makes is refused, and one by the room itself is not', async () => {
  const drop = await knownDrop();
  const ticket = await joinDrop(room.url, drop);
  for (const foreign of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
    for (const [method, name] of [
      ['POST', 'tickets'],
      ['DELETE', 'ticket'],
      ['POST', 'admission'],
      ['POST', 'ticket/extension'],
    ] as const) {
      const headers = { ...ticketHeader(ticket), ...foreign };
      const answer = await send(room.url, method, path(drop, name), {
        headers,
        ...(name === 'admission' && { body: back() }),
      });
      expect([name, answer.status, typeOf(answer)]).toEqual([name, 403, 'cross-site']);
    }
  }
  const headers = { ...ticketHeader(ticket), origin: 'http://localhost:8080' };
  expect((await send(room.url, 'POST', path(drop, 'tickets'), { headers })).status).toBe(200);
});

test('a join in a state that takes none is told why, and when to ask again', async () => {
  const later = await knownDrop({ opensInMs: 7_200_000, lobbyMs: 3_600_000 }, 'scheduled');
  const early = await send(room.url, 'POST', path(later, 'tickets'));
  expect([early.status, typeOf(early)]).toEqual([409, 'not-open-yet']);
  expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(3500);

  for (const [policy, phase, status, type] of [
    [{ override: 'draining' }, 'draining', 409, 'draining'],
    [{ override: 'closed' }, 'closed', 410, 'closed'],
    [{ sold_out: 1 }, 'sold_out', 409, 'sold-out'],
    [{ max_waiting: 0 }, 'open', 503, 'room-full'],
  ] as const) {
    const drop = await knownDrop({ policy }, phase);
    const answer = await send(room.url, 'POST', path(drop, 'tickets'));
    expect([answer.status, typeOf(answer)]).toEqual([status, type]);
    if (status === 503) expect(answer.headers.get('retry-after')).toBe('30');
  }
});

test('before its turn a ticket is told so, and gets no entry', async () => {
  const drop = await knownDrop({ opensInMs: 3_600_000, lobbyMs: 7_200_000 }, 'lobby');
  const ticket = await joinDrop(room.url, drop);
  const answer = await admission(room.url, drop, ticket, back());
  expect([answer.status, typeOf(answer)]).toEqual([409, 'not-called-yet']);
  expect(answer.body.pollAfterMs).toBeGreaterThan(0);
  const extension = await send(room.url, 'POST', path(drop, 'ticket/extension'), {
    headers: ticketHeader(ticket),
  });
  expect([extension.status, typeOf(extension)]).toEqual([409, 'not-called-yet']);
});

test('Q17: a called shopper may hold the turn longer over HTTP; asking again is the same answer; after coming forward it is refused', async () => {
  const drop = await knownDrop({ policy: { max_sessions: 1 } });
  const first = await calledTicket(drop);
  await waitUntil(async () => (await admission(room.url, drop, first, back())).status === 200, {
    everyMs: ASK_EVERY_MS,
  });
  const ticket = await calledTicket(drop);
  const extend = (base: string) =>
    send(base, 'POST', path(drop, 'ticket/extension'), { headers: ticketHeader(ticket) });
  const status = await own(drop, ticket);
  expect(status.body.extensionsLeft).toBe(3);
  const once = await extend(room.url);
  expect([once.status, once.body.extensionsLeft]).toEqual([200, 2]);
  const gained = Date.parse(once.body.callExpiresAt) - Date.parse(status.body.callExpiresAt);
  expect(Math.abs(gained - 120_000)).toBeLessThan(5000);
  expect((await extend(other.url)).body.extensionsLeft).toBe(2);
  expect((await admission(room.url, drop, ticket, back())).status).toBe(202);
  const refused = await extend(room.url);
  expect([refused.status, typeOf(refused), refused.body.reason]).toEqual([
    409,
    'call-extension-refused',
    'checked-in',
  ]);
});

test('Q32: after the checkout session exists another browser gets 409', async () => {
  const drop = await knownDrop();
  const ticket = await calledTicket(drop);
  const mine = back();
  await waitUntil(async () => (await admission(room.url, drop, ticket, mine)).status === 200, {
    everyMs: ASK_EVERY_MS,
  });
  const { body } = await send(room.url, 'POST', path(drop, 'tickets'), { headers: ticketHeader(ticket) });
  const reported = await send(other.url, 'POST', path(drop, 'capacity'), {
    headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
    body: {
      seq: 1,
      at: '2026-01-01T00:00:00Z',
      sellable: 1,
      held: 0,
      inside: 1,
      insideWithoutHold: 1,
      opened: [body.publicNumber],
    },
  });
  expect(reported.status).toBe(204);
  const elsewhere = await admission(other.url, drop, ticket, back());
  expect([elsewhere.status, typeOf(elsewhere)]).toEqual([409, 'bound-elsewhere']);
  expect((await admission(other.url, drop, ticket, mine)).status).toBe(200);
});
