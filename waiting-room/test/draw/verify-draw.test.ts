/** The draw as a sceptic meets it: the public data, and the program that checks it, against a real room and a lying one. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leafHash, rootOfPath } from '../../src/domain/merkle.ts';
import { dropKeys, pageKey } from '../../src/queue/keys.ts';
import { createDrop, readLog } from '../support/drop.ts';
import { joinDrop, send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';

const VERIFIER = fileURLToPath(new URL('../../public/verify-draw.mjs', import.meta.url));
const SHOPPERS = 60;

let room: TestRoom;
let drop: string;
let base: string;
/** Ticket and public number of everybody in the lobby. */
const lobby: { ticket: string; publicNumber: string }[] = [];
/** Public numbers as the sorted set holds them, before anybody is called. */
let line: string[] = [];
let before: Record<string, unknown>;

const shop = generateKeyPairSync('ed25519');

async function memberClaim(customer: string, ticketClass: object): Promise<string> {
  return new SignJWT({ class: ticketClass })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'member+jwt', kid: 'shop-1' })
    .setAudience(drop)
    .setSubject(customer)
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(shop.privateKey);
}

async function join(member?: string) {
  const { status, body } = await send(room.url, 'POST', `/v1/drops/${drop}/tickets`, {
    body: member ? { member } : {},
  });
  expect([200, 201]).toContain(status); // 200: the customer had that place
  lobby.push(body);
  return body as { ticket: string; publicNumber: string };
}

beforeAll(async () => {
  room = await startTestRoom();
  await room.another();
  drop = await createDrop(room.redis, {
    opensInMs: 3_600_000,
    lobbyMs: 7_200_000,
    drawn: true,
    policy: { closes_us: 0 },
  });
  const page = {
    name: 'A drop',
    message: {},
    returnOrigins: ['https://shop.example'],
    defaultReturnTo: null,
    members: {
      keys: [{ ...shop.publicKey.export({ format: 'jwk' }), kid: 'shop-1' }],
      chancesMax: 4,
      headStartSecondsMax: 60,
    },
  };
  await room.redis.set(pageKey(drop), JSON.stringify(page));
  base = `${room.url}/v1/drops/${drop}`;
  await waitUntil(async () => {
    const claim = await memberClaim('first', { band: 0 });
    const { status } = await send(room.url, 'POST', `/v1/drops/${drop}/tickets`, { body: { member: claim } });
    return status === 201;
  });
  await join(await memberClaim('first', { band: 3 })); // already there: the same place, the class it was given first
  await join(await memberClaim('last', { band: 3 }));
  await join(await memberClaim('lucky', { chances: 200 }));
  for (let i = lobby.length; i < SHOPPERS; i++) await join();
  before = (await send(room.url, 'GET', `/v1/drops/${drop}/draw`)).body;
  line = await room.redis.zrange(dropKeys(drop).waiting, '0', '-1');
  // The merchant can't move an opening to now through the API; the clock is what opens a drop, so the test moves the plan.
  await room.redis.hset(dropKeys(drop).control, { opens_us: 1, rate_per_minute: 0, policy_version: 2 });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/draw`)).body.revealed);
});
afterAll(() => room.close());

/** Runs the verifier; its exit code and everything it printed. */
function verify(...args: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [VERIFIER, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr });
    });
  });
}

test('Q10: the root is published first, the seed at least a second later', async () => {
  const log = await readLog(room.redis, drop);
  expect(log.map(({ k }) => k)).toEqual(['open', 'roster', 'reveal']);
  expect(Number(log[2]?.us) - Number(log[1]?.us)).toBeGreaterThanOrEqual(1_000_000);
});

test('Q6: before the opening the commitment is public, and neither root nor seed', () => {
  expect(before).toMatchObject({ revealed: false, root: null, size: null });
  expect(before.commit).toMatch(/^[0-9a-f]{64}$/);
  expect(before).not.toHaveProperty('seed');
});

test('promise 4: the verifier recomputes every place from public data, and they are those of the line', async () => {
  expect(line).toHaveLength(SHOPPERS);
  const { code, out } = await verify(`${base}/draw`, '--commit', String(before.commit));
  expect(out).toContain(`${SHOPPERS} places recomputed`);
  expect(code).toBe(0);
  for (const place of [1, 2, 30, SHOPPERS]) {
    const number = line[place - 1] as string;
    expect((await verify(`${base}/draw`, '--number', number)).out).toContain(`place ${place} of ${SHOPPERS}`);
  }
});

test('Q7: a member’s band and chances are in the roster and in the place, cut to the drop’s bounds, and given once', async () => {
  const roster = await (await fetch(`${base}/draw/roster/0`)).text();
  const classOf = (at: number) =>
    roster
      .split('\n')
      .find((one) => one.startsWith(lobby[at]?.publicNumber ?? '?'))
      ?.slice(44);
  expect([classOf(0), classOf(1), classOf(2), classOf(3)]).toEqual(['0 1', '3 1', '1 4', '1 1']);
  expect(line[0]).toBe(lobby[0]?.publicNumber);
  expect(line.at(-1)).toBe(lobby[1]?.publicNumber);
});

test('Q10: every shopper gets a receipt that leads to the published root', async () => {
  const { root } = (await send(room.url, 'GET', `/v1/drops/${drop}/draw`)).body;
  for (const { ticket, publicNumber } of lobby) {
    const { status, body } = await send(room.url, 'GET', `/v1/drops/${drop}/draw/receipt`, {
      headers: ticketHeader(ticket),
    });
    expect(status).toBe(200);
    expect(body.line.slice(0, 43)).toBe(publicNumber);
    const path = body.path.map((hash: string) => Buffer.from(hash, 'base64url'));
    expect(rootOfPath(leafHash(body.line), body.index, body.size, path)?.toString('base64url')).toBe(root);
  }
  const late = await joinDrop(room.url, drop);
  const refused = await send(room.url, 'GET', `/v1/drops/${drop}/draw/receipt`, {
    headers: ticketHeader(late),
  });
  expect(refused.status).toBe(404);
  expect(refused.body.type).toContain('not-in-roster');
});

type Lie = (path: string, body: string) => string;
const onRoster =
  (change: (lines: string[]) => string[]): Lie =>
  (path, body) =>
    path.endsWith('/roster/0') ? `${change(body.trimEnd().split('\n')).join('\n')}\n` : body;
const onDraw =
  (change: (draw: Record<string, unknown>) => object): Lie =>
  (path, body) =>
    path.endsWith('/draw') ? JSON.stringify(change(JSON.parse(body))) : body;

const lies: readonly (readonly [what: string, lie: Lie, told: RegExp])[] = [
  [
    'one altered class',
    onRoster((lines) => lines.map((l, i) => (i === 7 ? l.replace(/\d \d$/, '0 8') : l))),
    /page 0: a line was altered/,
  ],
  [
    'one altered number',
    onRoster((lines) => lines.map((l, i) => (i === 7 ? l.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) : l))),
    /page 0: a line was altered/,
  ],
  ['a missing line', onRoster((lines) => lines.toSpliced(11, 1)), /has 59 lines instead of 60/],
  ['an added line', onRoster((lines) => [...lines, `${'z'.repeat(43)} 0 8`]), /has 61 lines instead of 60/],
  ['a line there twice', onRoster((lines) => lines.toSpliced(5, 1, lines[4] as string)), /there twice/],
  [
    'two lines swapped',
    onRoster((lines) => lines.toSpliced(3, 2, lines[4] as string, lines[3] as string)),
    /out of order/,
  ],
  ['another seed', onDraw((draw) => ({ ...draw, seed: 'ab'.repeat(32) })), /not the commitment/],
  [
    'another seed with its commitment',
    onDraw((draw) => ({
      ...draw,
      seed: '00'.repeat(32),
      commit: '66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925',
    })),
    /you noted/,
  ],
  ['another root', onDraw((draw) => ({ ...draw, root: 'A'.repeat(43) })), /different ones|not the published/],
];

test.each(lies)('Q10: %s is found', async (_what, lie, told) => {
  const liar = await startLiar(lie);
  try {
    const url = `http://127.0.0.1:${(liar.address() as AddressInfo).port}/v1/drops/${drop}/draw`;
    const { code, out } = await verify(url, '--commit', String(before.commit));
    expect(out).toMatch(told);
    expect(code).toBe(1);
  } finally {
    liar.close();
  }
});

/** Passes everything on from the room, with a lie. */
function startLiar(lie: Lie): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(async (request, response) => {
      const path = request.url ?? '';
      const upstream = await fetch(room.url + path);
      response.writeHead(upstream.status, { 'content-type': upstream.headers.get('content-type') ?? '' });
      response.end(lie(path, await upstream.text()));
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

test('the verifier that is served is the one in the repository; wrong arguments are told apart from wrong draws', async () => {
  expect((await fetch(`${room.url}/verify-draw.mjs`)).headers.get('content-type')).toContain('javascript');
  expect((await verify()).code).toBe(2);
  expect((await verify(`${base}/draw`, '--what')).code).toBe(2);
  expect((await verify(`${room.url}/v1/drops/none/draw`)).code).toBe(2);
});

test('Q10: who came back without a line in the roster is named in public, in the order in which they came', async () => {
  const drop = await createDrop(room.redis, { opensInMs: 3_600_000, lobbyMs: 7_200_000 });
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  const late = (query = '') => send(room.url, 'GET', `/v1/drops/${drop}/draw/late${query}`);
  expect((await late()).body).toEqual({ total: 0, from: 0, lines: [] });
  const lines = Array.from({ length: 1_001 }, (_, n) => `${String(n).padStart(43, 'L')} 1 1`);
  await room.redis.rpush(`wr:{${drop}}:late`, ...lines);
  expect((await late()).body).toEqual({ total: 1_001, from: 0, lines: lines.slice(0, 1_000) });
  expect((await late('?from=1000')).body).toEqual({ total: 1_001, from: 1_000, lines: lines.slice(1_000) });
  expect((await late('?from=1001')).body.lines).toEqual([]);
  for (const from of ['-1', 'x', '1.5', '100000001']) {
    const refused = await late(`?from=${from}`);
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'querystring.from']);
  }
  expect((await send(room.url, 'GET', '/v1/drops/no-such-drop/draw/late')).status).toBe(404);
});
