import { createLogger } from '@sluice/service-kit';
import { waitUntil } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LiveSources } from '../../src/acts/live-sources.ts';
import { createLiveReaders, type LiveNews } from '../../src/plugins/live-readers.ts';
import { STREAMS_PER_OPERATOR } from '../../src/plugins/live-streams.ts';
import { createLiveReader } from '../../src/projection/live-state.ts';
import {
  anyDrop,
  inSeconds,
  OPERATOR_KEY,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';
import { type EventReader, readEvents } from '../support/event-stream.ts';
import { openBrowser, type Person, startPerson } from '../support/people.ts';
import { startRoom, type TestRoom } from '../support/room.ts';

const PATIENCE = { timeoutMs: 20_000 };

let admin: TestControlPlane;
let room: TestRoom;
let drop: string;
const open: EventReader[] = [];
beforeAll(async () => {
  admin = await startTestControlPlane();
  room = await startRoom(admin.redisUrl, 'room-1');
  drop = (
    await admin.createDrop({ opensAt: inSeconds(0), admission: { ratePerMinute: 60, lobbySeconds: 0 } })
  ).body.id;
});
afterEach(async () => {
  for (const reader of open.splice(0)) reader.close();
  for (const road of Object.values(admin.roads)) road.restore();
  await waitUntil(async () => (await admin.call('GET', `/api/v1/drops/${drop}`)).body?.live, PATIENCE);
});
afterAll(async () => {
  await room?.close();
  await admin?.close();
});

const path = (id = drop) => `/api/v1/drops/${id}/live`;

async function stream(headers: Record<string, string> = {}, base = admin.url): Promise<EventReader> {
  const reader = await readEvents(`${base}${path()}`, {
    ...(headers.cookie === undefined && { authorization: `Bearer ${OPERATOR_KEY}` }),
    ...headers,
  });
  open.push(reader);
  return reader;
}

const streamOf = ({ jar, address }: Pick<Person, 'jar' | 'address'>, base?: string) =>
  stream(
    {
      'x-forwarded-for': address,
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
    },
    base,
  );

const untilSample = (reader: EventReader, is: (data: StreamData) => boolean = () => true) =>
  waitUntil(() => reader.of('sample').find(({ data }) => is(data)), PATIENCE);
// biome-ignore lint/suspicious/noExplicitAny: what a sample looks like is what is checked
type StreamData = any;

test('4.12: a screen is told every second what the drop does, and at once what was done to it', async () => {
  const reader = await stream();
  expect(reader.status).toBe(200);
  expect(reader.headers['content-type']).toMatch(/^text\/event-stream/);
  expect(reader.headers['cache-control']).toBe('no-store');
  // The room has opened it before its next heartbeat says that it goes by it.
  const first = await untilSample(
    reader,
    ({ phase, instances }) => phase === 'open' && instances.onVersion > 0,
  );
  expect(first.data).toMatchObject({
    phase: 'open',
    policyVersion: 1,
    limit: 'line-empty',
    rate: { setPerMinute: 60, targetPerMinute: 60 },
    line: { waiting: 0, called: 0, checkedIn: 0, inside: 0 },
    totals: { joined: 0, entered: 0, bought: 0 },
    capacity: null,
    conversion: null,
    instances: { total: 1, onVersion: 1, laggards: [] },
    ledger: { isAnswering: true, downForMs: 0 },
  });
  expect(Number(first.id)).toBe(Date.parse(first.data.at));
  // The units come from the checkout itself.
  await untilSample(reader, ({ units }) => units?.total === 140 && units.sold === 0);

  await admin.call('POST', `/api/v1/drops/${drop}/rate`, { to: 90, reason: 'the shop copes' });
  await untilSample(reader, ({ rate, policyVersion }) => rate.setPerMinute === 90 && policyVersion === 2);
  const acts = await waitUntil(() => reader.of('acts').find(({ data }) => data.acts.length >= 2), PATIENCE);
  expect(acts.data.acts[0]).toMatchObject({
    act: 'rate.change',
    from: { admission: { ratePerMinute: 60 } },
    to: { admission: { ratePerMinute: 90 } },
    reason: 'the shop copes',
    isUndone: false,
  });
});

test('a screen that is loaded again has its history at once; one that lost its connection, what it missed', async () => {
  const before = await stream();
  await waitUntil(() => before.of('sample').length >= 3, PATIENCE);
  before.close();
  const again = await stream();
  const history = await waitUntil(() => again.of('history')[0], PATIENCE);
  expect(again.events[0]?.event).toBe('history');
  expect(history.data.at.length).toBeGreaterThanOrEqual(3);
  expect(history.data.setPerSecond).toHaveLength(history.data.at.length);

  const [second] = before.of('sample').slice(1);
  const back = await stream({ 'last-event-id': second?.id ?? '' });
  const missed = await waitUntil(() => back.of('missed')[0], PATIENCE);
  expect(missed.data.at[0]).toBeGreaterThan(Number(second?.id));
  // An id of another instance's is as good: it is a time by Redis's clock.
  const other = await stream({ 'last-event-id': String(Date.now() + 3_600_000) });
  await waitUntil(() => other.of('missed').length === 1 && other.of('sample').length > 0, PATIENCE);
});

test('scripts read the same as JSON, with as much history as they ask for', async () => {
  const { status, headers, body } = await admin.call('GET', path());
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(body).toMatchObject({ drop, sample: { phase: 'open' } });
  expect(body.history.at.length).toBeGreaterThan(0);
  expect((await admin.call('GET', `${path()}?seconds=0`)).body.history.at).toEqual([]);
});

test('promise 8: bad input is refused by field and reason', async () => {
  for (const [asked, headers, status, field] of [
    [`${path()}?seconds=901`, {}, 400, 'querystring.seconds'],
    [`${path()}?seconds=-1`, {}, 400, 'querystring.seconds'],
    [`${path()}?seconds=x`, {}, 400, 'querystring.seconds'],
    [path(), { 'last-event-id': 'x' }, 400, 'headers.last-event-id'],
    [path(), { 'last-event-id': '1'.repeat(16) }, 400, 'headers.last-event-id'],
    [path('No!'), {}, 400, 'params.drop'],
    [path(anyDrop()), {}, 404, undefined],
  ] as [string, Record<string, string>, number, string | undefined][]) {
    for (const accept of ['application/json', 'text/event-stream']) {
      const answer = await admin.call('GET', asked, undefined, { accept, ...headers });
      expect([asked, answer.status, answer.body.errors?.[0]?.field], answer.text).toEqual([
        asked,
        status,
        field,
      ]);
    }
  }
});

test('a stream ends when its session is ended, or its account is limited to other drops', async () => {
  const [gone, limited, stays] = await Promise.all(
    (['operator', 'viewer', 'viewer'] as const).map((role) => startPerson(admin, role)),
  );
  const readers = await Promise.all([gone, limited, stays].map((person) => streamOf(person as Person)));
  for (const reader of readers) await untilSample(reader);
  expect((await gone?.call('DELETE', '/api/v1/session'))?.status).toBe(204);
  // Somebody has to be able to make accounts, or none can be changed.
  await startPerson(admin, 'owner', { mfa: false });
  const narrowed = await admin.call('PATCH', `/api/v1/accounts/${limited?.id}`, { drops: [anyDrop()] });
  expect(narrowed.status, narrowed.text).toBe(200);
  for (const reader of readers.slice(0, 2)) {
    await waitUntil(() => reader.isOver, PATIENCE);
    expect(reader.of('end').map(({ data }) => data)).toEqual([{ why: 'signed-out' }]);
  }
  const seen = readers[2]?.of('sample').length ?? 0;
  await waitUntil(() => (readers[2]?.of('sample').length ?? 0) > seen, PATIENCE);
});

test('nobody opens more screens than a wall holds; another operator does', async () => {
  const [one, other] = await Promise.all([startPerson(admin, 'viewer'), startPerson(admin, 'viewer')]);
  const readers = await Promise.all(Array.from({ length: STREAMS_PER_OPERATOR }, () => streamOf(one)));
  expect(readers.every(({ status }) => status === 200)).toBe(true);
  const refused = await streamOf(one);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await streamOf(other)).status).toBe(200);
  readers[0]?.close();
  await waitUntil(async () => (await streamOf(one)).status === 200, PATIENCE);
});

for (const fault of ['cut', 'block'] as const)
  test(`Redis ${fault}: the screen is told that it is blind and since when, and sees again without being reopened`, async () => {
    const reader = await stream();
    const last = await untilSample(reader);
    admin.roads.redis[fault]();
    const blind = await waitUntil(() => reader.of('blind')[0], PATIENCE);
    expect(blind.data.why).toBe('redis-away');
    expect(Date.parse(blind.data.lastAt)).toBeGreaterThanOrEqual(Date.parse(last.data.at));
    const asked = await admin.call('GET', path());
    expect(asked).toMatchObject({
      status: 503,
      body: { type: expect.stringMatching(/\/store-unavailable$/) },
    });
    expect(Number(asked.headers.get('retry-after'))).toBeGreaterThan(0);
    const seen = reader.of('sample').length;
    admin.roads.redis.restore();
    const next = await waitUntil(() => reader.of('sample')[seen], PATIENCE);
    // Nothing is made up of the gap.
    expect(next.data.rate.achievedPerSecond).toBeNull();
  });

test('4.7: Postgres away: the screen goes on, says so, and shows at once what is done without the ledger', async () => {
  const [person, second] = await Promise.all([
    startPerson(admin, 'operator'),
    admin.another({ INSTANCE_ID: 'second' }),
  ]);
  const browser = openBrowser(second);
  for (const [name, value] of person.jar) browser.jar.set(name, value);
  const operator = { ...person, ...browser };
  const reader = await streamOf(operator, second.url);
  await untilSample(reader);
  admin.roads.postgres.cut();
  await untilSample(reader, ({ ledger }) => !ledger.isAnswering && ledger.downForMs >= 0);
  const paused = await operator.call('POST', `/api/v1/drops/${drop}/pause`, { reason: 'the ledger burns' });
  expect(paused.status).toBe(202);
  await untilSample(reader, ({ phase, limit }) => phase === 'paused' && limit === 'phase');
  const told = await waitUntil(
    () => reader.of('acts').find(({ data }) => data.acts[0]?.act === 'drop.pause'),
    PATIENCE,
  );
  expect(told.data.acts[0]).toMatchObject({ seq: null, actor: operator.email, reason: 'the ledger burns' });
  // One that is opened now works, too, and a drop that nobody has is still nobody's.
  await untilSample(await streamOf(operator, second.url));
  expect((await operator.call('GET', path(anyDrop()))).status).toBe(404);

  const away = reader.of('sample').length;
  admin.roads.postgres.restore();
  await waitUntil(
    () => reader.of('sample').find(({ data }, at) => at >= away && data.ledger.isAnswering),
    PATIENCE,
  );
  const entered = await waitUntil(
    () => reader.of('acts').find(({ data }) => data.acts[0]?.seq && data.acts[0].act === 'drop.pause'),
    PATIENCE,
  );
  // Marked where it was done, not where it was entered.
  expect(entered.data.acts[0].at).toBe(told.data.acts[0].at);
  await waitUntil(
    async () => (await admin.call('POST', `/api/v1/drops/${drop}/resume`)).status === 200,
    PATIENCE,
  );
});

test('an instance that closes sends its screens to another one', async () => {
  const other = await admin.another({ INSTANCE_ID: 'closing' });
  const reader = await stream({}, other.url);
  await untilSample(reader);
  await other.close();
  await waitUntil(() => reader.isOver, PATIENCE);
  expect(reader.events.at(-1)?.event).toBe('reconnect');
  expect((await send(admin.url, 'GET', '/livez')).status).toBe(200);
});

test('one reader for each drop, however many look; none when nobody does', async () => {
  const redis = new Redis(admin.redisUrl);
  const log = createLogger({ name: 'test', level: 'silent', pretty: false, instance: 'test' });
  const nothing = {
    audit: { readBack: async () => [] },
    journal: { read: async () => [] },
    ledger: { isDown: () => false },
    checkout: { balances: async () => undefined },
  } as unknown as LiveSources;
  const readers = createLiveReaders({ reader: createLiveReader(redis), sources: nothing, log, lingerMs: 50 });
  const heard: LiveNews[] = [];
  const watches = [1, 2, 3].map(() => readers.watch(drop, (news) => heard.push(news)));
  await waitUntil(() => heard.filter(({ is }) => is === 'sample').length >= 3, PATIENCE);
  expect(readers.size).toBe(1);
  for (const watch of watches) watch?.end();
  await waitUntil(() => readers.size === 0, PATIENCE);
  // Somebody who comes back in time goes on with the same reader; ending twice ends nobody else's.
  const [one, two] = [readers.watch(drop, () => {}), readers.watch(drop, () => {})];
  one?.end();
  one?.end();
  expect(readers.size).toBe(1);
  const others = Array.from({ length: 60 }, (_, at) => readers.watch(`none-${at}`, () => {}));
  expect(others.filter((watch) => watch === undefined).length).toBe(11);
  two?.end();
  await readers.close();
  redis.disconnect();
});
