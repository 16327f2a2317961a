/** Event streams: personal, quiet unless something matters, and never in the way (2.3, Q22). */
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterEach, expect, test } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { joinCrowd, type Shopper } from '../support/crowd.ts';
import { createDrop, tune } from '../support/drop.ts';
import { send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';

let room: TestRoom;
afterEach(() => room.close());

interface Event {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the events hold is what the tests check
  readonly data: any;
}

interface OpenStream {
  readonly events: Event[];
  readonly ended: () => boolean;
  readonly text: () => string;
  close(): void;
}

/** As a page does: until the first rank map is out, the room says to poll instead. */
const openStream = (url: string, drop: string, shopper: Shopper): Promise<OpenStream> =>
  waitUntil(() => tryStream(url, drop, shopper));

function tryStream(url: string, drop: string, shopper: Shopper): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const request = get(
      `${url}/v1/drops/${drop}/stream`,
      { headers: ticketHeader(shopper.ticket) },
      (response: IncomingMessage) => {
        if (response.statusCode !== 200) return reject(new Error(`answered ${response.statusCode}`));
        const events: Event[] = [];
        let text = '';
        let ended = false;
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          for (let end = text.indexOf('\n\n', parsed); end >= 0; end = text.indexOf('\n\n', parsed)) {
            const block = text.slice(parsed, end);
            parsed = end + 2;
            const event = /^event: (.+)$/m.exec(block)?.[1];
            if (event) events.push({ event, data: JSON.parse(/^data: (.+)$/m.exec(block)?.[1] ?? '{}') });
          }
        });
        let parsed = 0;
        response.on('close', () => {
          ended = true;
        });
        resolve({ events, ended: () => ended, text: () => text, close: () => request.destroy() });
      },
    );
    request.on('error', reject);
  });
}

const last = ({ events }: OpenStream) => events.findLast(({ event }) => event !== 'stock')?.data;
const stockOf = ({ events }: OpenStream) =>
  events.filter(({ event }) => event === 'stock').map(({ data }) => data);

test('Q22: each shopper hears their own place, again when it changed, and nothing while it has not', async () => {
  room = await startTestRoom();
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 0 } });
  const crowd = await joinCrowd(room.url, drop, 6);
  const streams = await Promise.all(crowd.map((shopper) => openStream(room.url, drop, shopper)));
  await waitUntil(() => streams.every((stream) => typeof last(stream)?.ahead === 'number'));
  await waitUntil(() => streams.map((stream) => last(stream).ahead).join() === '0,1,2,3,4,5');
  const counts = streams.map(({ events }) => events.length);
  // Somebody further ahead leaves: only those behind have something to hear.
  await send(room.url, 'DELETE', `/v1/drops/${drop}/ticket`, {
    headers: ticketHeader(crowd[2]?.ticket ?? ''),
  });
  await waitUntil(() => last(streams[5] as OpenStream).ahead === 4);
  await waitUntil(() => last(streams[3] as OpenStream).ahead === 2);
  expect(streams[0]?.events.length).toBe(counts[0]);
  expect(streams[1]?.events.length).toBe(counts[1]);
  for (const stream of streams) stream.close();
});

test('the turn is told in the stream, and a ticket that is used up ends it with its reason', async () => {
  room = await startTestRoom();
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 0 } });
  const [shopper] = await joinCrowd(room.url, drop, 1);
  const stream = await openStream(room.url, drop, shopper as Shopper);
  await waitUntil(() => last(stream)?.state === 'waiting');
  await tune(room.redis, drop, { rate_per_minute: 6000 });
  await waitUntil(() => last(stream)?.state === 'called');
  await send(room.url, 'DELETE', `/v1/drops/${drop}/ticket`, {
    headers: ticketHeader(shopper?.ticket ?? ''),
  });
  await waitUntil(() => stream.ended());
  expect(stream.events.at(-1)).toEqual({ event: 'spent', data: { reason: 'left' } });
});

test('a message of the merchant reaches every stream', async () => {
  room = await startTestRoom();
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 0 } });
  const [shopper] = await joinCrowd(room.url, drop, 1);
  const stream = await openStream(room.url, drop, shopper as Shopper);
  const page = {
    name: 'A drop',
    message: { en: 'Ten minutes more.' },
    returnOrigins: [],
    defaultReturnTo: null,
  };
  await room.redis.set(`wr:page:${drop}`, JSON.stringify(page));
  await waitUntil(() => last(stream)?.message?.en === 'Ten minutes more.');
  stream.close();
});

test('promise 9: without headroom, and in the lobby, the answer is to poll; those who have a stream keep it', async () => {
  room = await startTestRoom({ STREAMS_MAX: '1' });
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 0 } });
  const [first, second] = await joinCrowd(room.url, drop, 2);
  const stream = await openStream(room.url, drop, first as Shopper);
  const refused = await send(room.url, 'GET', `/v1/drops/${drop}/stream`, {
    headers: ticketHeader(second?.ticket ?? ''),
  });
  expect(refused.status).toBe(409);
  expect(refused.body.type).toContain('poll-instead');
  expect(refused.body.pollAfterMs).toBeGreaterThan(0);
  expect(stream.ended()).toBe(false);
  stream.close();
  await waitUntil(
    async () => (await tryStream(room.url, drop, second as Shopper).catch(() => null)) !== null,
  );

  const lobby = await createDrop(room.redis, { opensInMs: 3_600_000, lobbyMs: 7_200_000, drawn: true });
  const [waiting] = await joinCrowd(room.url, lobby, 1);
  const early = await send(room.url, 'GET', `/v1/drops/${lobby}/stream`, {
    headers: ticketHeader(waiting?.ticket ?? ''),
  });
  expect(early.status).toBe(409);
  const none = await send(room.url, 'GET', `/v1/drops/${drop}/stream`);
  expect(none.status).toBe(401);
});

test('an instance that closes sends its streams elsewhere, spread over seconds', async () => {
  room = await startTestRoom();
  const other = await room.another();
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 0 } });
  const crowd = await joinCrowd(other.url, drop, 8);
  const streams = await Promise.all(crowd.map((shopper) => openStream(other.url, drop, shopper)));
  await other.close();
  await waitUntil(() => streams.every((stream) => stream.ended()));
  for (const stream of streams) expect(stream.events.at(-1)?.event).toBe('reconnect');
  const retries = streams.map((stream) => Number(/^retry: (\d+)$/m.exec(stream.text())?.[1]));
  expect(new Set(retries).size).toBeGreaterThan(1);
});

test('a reader that does not read is dropped, and nobody else notices', async () => {
  room = await startTestRoom();
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 0 } });
  const [slow, quick] = await joinCrowd(room.url, drop, 2);
  const stream = await openStream(room.url, drop, quick as Shopper);
  const { hostname, port } = new URL(room.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET /v1/drops/${drop}/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Ticket ${slow?.ticket}\r\n\r\n`,
  );
  socket.pause();
  let closed = false;
  socket.on('close', () => {
    closed = true;
  });
  socket.on('error', () => {});
  const streamsOpen = async () =>
    Number(
      /^waiting_room_streams_open\S* (\d+)$/m.exec(
        (await send(room.internalUrl, 'GET', '/metrics')).text,
      )?.[1],
    );
  await waitUntil(async () => (await streamsOpen()) === 2);
  // Each version of a long message is an event; the kernel takes a few megabytes for a reader that sleeps.
  let round = 0;
  await waitUntil(
    async () => {
      const message = { en: `${++round} ${'x'.repeat(1_500_000)}` };
      const page = { name: 'A drop', message, returnOrigins: [], defaultReturnTo: null };
      await room.redis.set(`wr:page:${drop}`, JSON.stringify(page));
      await waitUntil(() => last(stream)?.message?.en === message.en);
      return (await streamsOpen()) === 1;
    },
    { timeoutMs: 60_000, what: 'the slow reader' },
  );
  socket.resume();
  await waitUntil(() => closed);
  expect(stream.ended()).toBe(false);
  stream.close();
  expect(await room.redis.zcard(dropKeys(drop).waiting)).toBe(2);
}, 90_000);

test('3.22: every stream of a drop hears its stock, at once and with each change, and no other drop’s', async () => {
  room = await startTestRoom();
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 0 } });
  const other = await createDrop(room.redis, { policy: { rate_per_minute: 0 } });
  const write = (of: string, version: number, json: string) =>
    room.redis.hset(`co:{${of}}:stock`, { version, json });
  await write(drop, 1, '{"version":1}');
  const crowd = await joinCrowd(room.url, drop, 2);
  const [stranger] = await joinCrowd(room.url, other, 1);
  const streams = await Promise.all(crowd.map((shopper) => openStream(room.url, drop, shopper)));
  const elsewhere = await openStream(room.url, other, stranger as Shopper);
  await waitUntil(() => streams.every((stream) => stockOf(stream).at(-1)?.version === 1));
  await write(drop, 2, '{"version":2}');
  await waitUntil(() => streams.every((stream) => stockOf(stream).at(-1)?.version === 2));
  // What is no JSON is left out, and what comes after it is told.
  await write(drop, 3, 'broken');
  await write(drop, 4, '{"version":4}');
  await waitUntil(() => streams.every((stream) => stockOf(stream).at(-1)?.version === 4));
  for (const stream of streams) expect(stockOf(stream).map(({ version }) => version)).toEqual([1, 2, 4]);
  await write(other, 7, '{"version":7}');
  await waitUntil(() => stockOf(elsewhere).length === 1);
  expect(stockOf(elsewhere)).toEqual([{ version: 7 }]);
  for (const stream of [...streams, elsewhere]) stream.close();
});
