/** 5.8: shoppers who asked for it are told of their turn, once, by whoever of the instances is first; their address goes then. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MailServer, startMailServer, waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import webPush from 'web-push';
import { dropKeys } from '../../src/queue/keys.ts';
import { enter, joinCrowd, type Shopper } from '../support/crowd.ts';
import { createDrop, newTicket, tune } from '../support/drop.ts';
import { type PushService, startPushService } from '../support/push-service.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';
import { watchCommands } from '../support/watch-commands.ts';

let room: TestRoom;
let sink: MailServer;
let service: PushService;
const folder = mkdtempSync(join(tmpdir(), 'vapid-'));
const vapid = webPush.generateVAPIDKeys();
beforeAll(async () => {
  [sink, service] = await Promise.all([startMailServer(), startPushService()]);
  const file = join(folder, 'vapid.json');
  writeFileSync(file, JSON.stringify({ ...vapid, subject: 'mailto:shop@example.com' }));
  const environment = {
    SMTP_URL: sink.url,
    MAIL_FROM: 'Shop <shop@example.com>',
    PUSH_KEYS_FILE: file,
    PUSH_ORIGINS: service.origin,
  };
  room = await startTestRoom(environment);
  // Two instances look at the same wishes.
  await room.another();
});
afterAll(async () => {
  await room?.close();
  await Promise.all([sink?.close(), service?.close()]);
  rmSync(folder, { recursive: true });
});

const notices = (drop: string, { ticket }: Shopper, method = 'GET', body?: unknown, lang = 'en') =>
  send(room.url, method, `/v1/drops/${drop}/notices`, {
    headers: { ...ticketHeader(ticket), 'accept-language': lang },
    ...(body !== undefined && { body }),
  });

/** A line that stands still, and one who waits in it behind somebody; or behind a crowd. */
async function waiter({ ahead = 0 } = {}): Promise<{ drop: string; shopper: Shopper }> {
  const drop = await createDrop(room.redis, { policy: { rate_per_minute: 0 } });
  if (ahead > 0) {
    const crowd = Array.from({ length: ahead }, (_, i) => [i + 1, newTicket().number]).flat();
    await room.redis.zadd(dropKeys(drop).waiting, ...(crowd as [number, string]));
  }
  const [, shopper] = await joinCrowd(room.url, drop, 2);
  return { drop, shopper: shopper as Shopper };
}

const addressesOf = (drop: string) => {
  const { notices: wishes, noticesSoon, noticesTurn } = dropKeys(drop);
  return room.redis.exists(wishes, noticesSoon, noticesTurn);
};

test('by e-mail: shortly before and at the turn, in their language, with a link that holds no secret; then the address is gone', async () => {
  const { drop, shopper } = await waiter({ ahead: 200 });
  expect((await notices(drop, shopper)).body).toEqual({ asked: false, mail: true, pushKey: vapid.publicKey });
  const to = 'mila@example.com';
  expect((await notices(drop, shopper, 'PUT', { by: 'mail', to }, 'de')).status).toBe(204);
  expect((await notices(drop, shopper)).body.asked).toBe(true);
  const mine = () => sink.mails.filter((mail) => mail.to === to);
  await tune(room.redis, drop, { rate_per_minute: 60 });
  await waitUntil(() => mine().length === 1);
  await tune(room.redis, drop, { rate_per_minute: 6000 });
  await waitUntil(() => mine().length === 2);
  expect(await waitUntil(async () => (await addressesOf(drop)) === 0)).toBe(true);
  const [soon, turn] = mine().map(({ text }) => text);
  expect(soon).toContain('Sie sind gleich an der Reihe.');
  for (const text of [soon, turn]) {
    expect(text).toContain('From: Shop <shop@example.com>');
    expect(text?.match(/https?:\/\/\S+/g)).toEqual([`http://localhost:8080/w/${drop}`]);
    for (const secret of [shopper.ticket, shopper.number, shopper.bind]) expect(text).not.toContain(secret);
  }
  // The turn is as good as that of whoever did not ask.
  expect(await enter(room.url, drop, shopper)).toBeTruthy();
  expect(mine()).toHaveLength(2);
});

test('however often a place asks, for whatever address, it is told of each thing once; asked after its turn, the address goes at once', async () => {
  const { drop, shopper } = await waiter({ ahead: 200 });
  const mails = () => sink.mails.filter(({ to }) => to === 'one@example.com' || to === 'two@example.com');
  const ask = (to: string) => notices(drop, shopper, 'PUT', { by: 'mail', to });
  expect((await ask('one@example.com')).status).toBe(204);
  await tune(room.redis, drop, { rate_per_minute: 60 });
  await waitUntil(() => mails().length === 1);
  // Taken back and asked again is not a new place.
  await notices(drop, shopper, 'DELETE');
  expect((await ask('two@example.com')).status).toBe(204);
  await tune(room.redis, drop, { rate_per_minute: 6000 });
  await waitUntil(() => mails().length === 2);
  for (let i = 0; i < 3; i++) {
    expect((await ask('two@example.com')).status).toBe(204);
    // Both kinds are due; whoever takes them away looks at them.
    await waitUntil(async () => (await addressesOf(drop)) === 0);
  }
  expect(mails().map(({ to }) => to)).toEqual(['one@example.com', 'two@example.com']);
  await tune(room.redis, drop, { override: 'closed' });
  await waitUntil(async () => (await room.redis.exists(dropKeys(drop).noticesTold)) === 0);
});

test('by web push: encrypted for that browser, signed for the service, worth as long as the turn; one message of two instances', async () => {
  const { drop, shopper } = await waiter();
  const subscription = service.subscribe();
  const before = service.pushed.length;
  expect((await notices(drop, shopper, 'PUT', subscription)).status).toBe(204);
  await tune(room.redis, drop, { rate_per_minute: 6000 });
  // The address goes first, and what was told before the turn may still be on its way.
  const turn = await waitUntil(() =>
    service.pushed.slice(before).find(({ message }) => message.title.startsWith('It is your turn')),
  );
  await waitUntil(async () => (await addressesOf(drop)) === 0);
  const titles = service.pushed.slice(before).map(({ message }) => message.title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(turn.message.link).toBe(`http://localhost:8080/w/${drop}`);
  expect(turn.headers).toMatchObject({ ttl: '120', urgency: 'high', 'content-encoding': 'aes128gcm' });
  const [, token = ''] = /t=([^,]+)/.exec(turn.headers.authorization ?? '') ?? [];
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toMatchObject({ aud: service.origin, sub: 'mailto:shop@example.com' });
});

test('whoever takes it back, leaves, or is in a drop that ends is told nothing, and their address is gone', async () => {
  const { drop, shopper } = await waiter();
  const [other] = await joinCrowd(room.url, drop, 1);
  const to = 'never@example.com';
  for (const one of [shopper, other as Shopper]) await notices(drop, one, 'PUT', { by: 'mail', to });
  expect((await notices(drop, shopper, 'DELETE')).status).toBe(204);
  expect((await notices(drop, shopper)).body.asked).toBe(false);
  await tune(room.redis, drop, { override: 'closed' });
  await waitUntil(async () => (await addressesOf(drop)) === 0);
  // A lobby: nobody is near, nobody has been told.
  const lobby = await createDrop(room.redis, { opensInMs: 600_000, lobbyMs: 1_200_000, drawn: true });
  const [early] = await joinCrowd(room.url, lobby, 1);
  await notices(lobby, early as Shopper, 'PUT', { by: 'mail', to: 'lobby@example.com' });
  await tune(room.redis, lobby, { override: 'closed' });
  await waitUntil(async () => (await addressesOf(lobby)) === 0);
  expect(sink.mails.filter((mail) => mail.to === 'lobby@example.com')).toEqual([]);
});

test('promise 8: an address that is none, or that the room must not post to, is refused by field and reason', async () => {
  const { drop, shopper } = await waiter();
  const subscription = service.subscribe();
  const bodies: [string, unknown, number][] = [
    ['nothing', undefined, 400],
    ['no way', { to: 'a@example.com' }, 400],
    ['an unknown way', { by: 'sms', to: '+49' }, 400],
    ['no address', { by: 'mail', to: 'mila' }, 400],
    ['two addresses', { by: 'mail', to: 'a@example.com,b@example.com' }, 400],
    ['a name', { by: 'mail', to: 'A <a@example.com>' }, 400],
    ['a header', { by: 'mail', to: 'a@example.com\r\nBcc: b@example.com' }, 400],
    ['a long one', { by: 'mail', to: `${'a'.repeat(64)}@${'b'.repeat(200)}.example` }, 400],
    ['one field more', { by: 'mail', to: 'a@example.com', cc: 'x' }, 400],
    ['a service of their own', { ...subscription, endpoint: 'https://evil.example/push' }, 400],
    ['the metadata of a cloud', { ...subscription, endpoint: 'http://169.254.169.254/latest' }, 400],
    ['another port', { ...subscription, endpoint: 'http://127.0.0.1:6379/' }, 400],
    ['a short key', { ...subscription, p256dh: 'abc' }, 400],
    ['no secret', { ...subscription, auth: '' }, 400],
  ];
  for (const [kind, body, status] of bodies) {
    const answer = await notices(drop, shopper, 'PUT', body);
    expect([kind, answer.status]).toEqual([kind, status]);
    expect(answer.body.errors.length, kind).toBeGreaterThan(0);
  }
  expect(await addressesOf(drop)).toBe(0);
  const stranger = await send(room.url, 'PUT', `/v1/drops/${drop}/notices`, { body: subscription });
  expect(stranger.status).toBe(401);
  const elsewhere = await send(room.url, 'PUT', `/v1/drops/${drop}/notices`, {
    headers: {
      ...ticketHeader(shopper.ticket),
      'sec-fetch-site': 'cross-site',
      origin: 'https://evil.example',
    },
    body: subscription,
  });
  expect(elsewhere.status).toBe(403);
});

test('where nobody has asked nothing is read: one look at who asked, however many drops are calling', async () => {
  const server = await startRedisServer();
  const quiet = await startTestRoom({ REDIS_URL: `redis://127.0.0.1:${server.port}`, SMTP_URL: sink.url });
  try {
    const drops = [await createDrop(quiet.redis), await createDrop(quiet.redis)];
    for (const drop of drops) await joinCrowd(quiet.url, drop, 1);
    const commands: string[] = [];
    const watch = await watchCommands(quiet.redisUrl, (words) => commands.push(words.join(' ')));
    const looks = () => commands.filter((command) => command === 'smembers wr:notices').length;
    await waitUntil(() => looks() >= 2);
    expect(commands.filter((command) => command.includes(':notices-'))).toEqual([]);
    watch.close();
  } finally {
    await quiet.close();
    await server.remove();
  }
});

test('a room that was set up to tell nobody says so', async () => {
  const plain = await startTestRoom({ REDIS_URL: room.redisUrl });
  const { drop, shopper } = await waiter().catch(async (error: unknown) => {
    await plain.close();
    throw error;
  });
  const options = { headers: ticketHeader(shopper.ticket) };
  // Its own keys: the ticket of the other room is not one of its.
  const answer = await send(plain.url, 'GET', `/v1/drops/${drop}/notices`, options);
  expect([401, 404]).toContain(answer.status);
  const [own] = await joinCrowd(plain.url, drop, 1);
  const path = `/v1/drops/${drop}/notices`;
  const mine = { headers: ticketHeader((own as Shopper).ticket) };
  expect((await send(plain.url, 'GET', path, mine)).body).toEqual({
    asked: false,
    mail: false,
    pushKey: null,
  });
  const refused = await send(plain.url, 'PUT', path, { ...mine, body: { by: 'mail', to: 'a@example.com' } });
  expect([refused.status, refused.body.type]).toEqual([
    409,
    'https://sluice.dev/problems/notice-unavailable',
  ]);
  await plain.close();
});
