import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inSeconds, send, startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';
import { startRoom, type TestRoom } from '../support/room.ts';

let admin: TestControlPlane;
let room: TestRoom;
beforeAll(async () => {
  admin = await startTestControlPlane();
  room = await startRoom(admin.redisUrl, 'room-1');
});
afterAll(async () => {
  await room?.close();
  await admin?.close();
});

const PATIENCE = { timeoutMs: 30_000 };
/** Of a browser at the shop: what its token will be bound to. */
const BIND = 'A'.repeat(43);

/** A drop that is open, with shoppers in it; the first has entered, the second has left, the third waits. */
async function runDrop() {
  const { body: drop } = await admin.createDrop({
    name: '=HYPERLINK("https://evil.example")',
    opensAt: inSeconds(0),
    admission: { ratePerMinute: 60, lobbySeconds: 0, stockBound: 'off', maxSessions: 1 },
  });
  const path = `/v1/drops/${drop.id}`;
  await waitUntil(
    async () => (await send(room.url, 'GET', `${path}/pulse`)).body?.phase === 'open',
    PATIENCE,
  );
  const tickets: string[] = [];
  const references: string[] = [];
  for (let at = 0; at < 3; at++) {
    const joined = await send(room.url, 'POST', `${path}/tickets`, {
      body: {},
      headers: { 'x-forwarded-for': `203.0.113.${at}` },
    });
    expect(joined.status, joined.text).toBe(201);
    references.push(joined.body.reference);
    tickets.push(/=([^;]+)/.exec(joined.headers.getSetCookie()[0] ?? '')?.[1] ?? joined.body.ticket);
  }
  const as = (at: number) => ({ authorization: `Ticket ${tickets[at]}` });
  // Asking for entry is limited: twice a second is as often as anybody may.
  await waitUntil(
    async () => {
      const body = { bind: BIND, returnTo: 'https://shop.example/buy' };
      return (await send(room.url, 'POST', `${path}/admission`, { body, headers: as(0) })).status === 200;
    },
    { timeoutMs: 60_000, everyMs: 700 },
  );
  expect((await send(room.url, 'DELETE', `${path}/ticket`, { headers: as(1) })).status).toBeLessThan(300);
  return { id: drop.id as string, tickets, references };
}

test('a drop that has run is reported and every ticket of it has its story', async () => {
  const { id, tickets, references } = await runDrop();
  const lookUp = (given: object) => admin.call('POST', `/api/v1/drops/${id}/look-up`, given);
  const whats = async (given: object) => {
    const { body } = await lookUp(given);
    return body.tickets?.map((one: { standing: string; events: { what: string }[] }) => [
      one.standing,
      ...one.events.map(({ what }) => what),
    ]);
  };
  expect(await whats({ ticket: tickets[0] })).toEqual([
    ['entered', 'joined', 'called', 'checked-in', 'entered'],
  ]);
  expect((await whats({ ticket: tickets[1] }))?.[0]).toEqual(
    expect.arrayContaining(['spent', 'joined', 'left']),
  );
  expect((await whats({ ticket: tickets[2] }))?.[0]).toEqual(expect.arrayContaining(['waiting', 'joined']));
  const { body } = await lookUp({ ticket: tickets[0] });
  expect(await whats({ number: body.tickets[0].number })).toEqual(await whats({ ticket: tickets[0] }));
  // The reference is the one that the room told the shopper.
  for (const [at, reference] of references.entries()) {
    const found = (await lookUp({ reference: reference.toLowerCase() })).body.tickets;
    const itself = (await lookUp({ ticket: tickets[at] })).body.tickets[0];
    expect(found.map(({ number }: { number: string }) => number)).toContain(itself.number);
    expect(itself.reference).toBe(reference);
  }

  const { body: report } = await admin.call('GET', `/api/v1/drops/${id}/report`);
  expect(report).toMatchObject({
    drop: id,
    phase: 'open',
    joined: 3,
    entered: 1,
    abandoned: 1,
    bought: 0,
    conversion: 0,
    unitsSold: 0,
    waitSeconds: { p50: expect.any(Number) },
    products: [{ sku: 'low-41', initial: 60, sold: 0 }, { sku: 'low-42' }],
    sales: { orders: 0, buyers: 0 },
  });
  const csv = await admin.call('GET', `/api/v1/drops/${id}/report?format=csv`);
  expect(csv.headers.get('content-type')).toContain('text/csv');
  expect(csv.text).toContain('figure,value\n');
  expect(csv.text).toContain('entered,1\n');
  // What a spreadsheet would run is text in it.
  expect(csv.text).toContain(`name,"'=HYPERLINK(""https://evil.example"")"\n`);
  // Once a second: reports are limited as everything is, and whoever is refused knows no peak.
  await waitUntil(
    async () => typeof (await admin.call('GET', `/api/v1/drops/${id}/report`)).body.peakInsideAt === 'string',
    { ...PATIENCE, everyMs: 1_000 },
  );
}, 120_000);

test('without the checkout the report stands, but for the units', async () => {
  const { body } = await admin.createDrop();
  admin.roads.checkout.cut();
  const report = await admin.call('GET', `/api/v1/drops/${body.id}/report`);
  admin.roads.checkout.restore();
  expect(report).toMatchObject({
    status: 200,
    body: { products: null, unitsSold: null, sales: null, entered: 0, conversion: null, waitSeconds: null },
  });
});

test('a look-up of nonsense is told by field, and one of nobody finds nobody', async () => {
  const { body } = await admin.createDrop();
  const lookUp = (given: unknown, drop = body.id) =>
    admin.call('POST', `/api/v1/drops/${drop}/look-up`, given);
  for (const [given, field] of [
    [{}, 'body.ticket'],
    [{ number: 'A'.repeat(43), reference: 'K7Q-4MD' }, 'body.ticket'],
    [{ number: 'x' }, 'body.number'],
    [{ ticket: 'A'.repeat(100) }, 'body.ticket'],
    [{ reference: 'nobody' }, 'body.reference'],
    [{ order: 'x' }, 'body.order'],
  ] as const)
    expect(await lookUp(given), JSON.stringify(given)).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ field })]) },
    });
  for (const given of [{ number: 'A'.repeat(43) }, { reference: 'K7Q-4MD' }])
    expect(await lookUp(given)).toMatchObject({
      status: 404,
      body: { type: expect.stringMatching(/no-such-ticket$/) },
    });
  expect((await lookUp({ reference: 'K7Q-4MD' }, 'no-such-drop')).status).toBe(404);
  expect((await admin.call('GET', '/api/v1/drops/no-such-drop/report')).status).toBe(404);
  expect((await admin.call('GET', `/api/v1/drops/${body.id}/report?format=pdf`)).status).toBe(400);
});
