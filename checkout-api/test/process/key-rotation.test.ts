/**
 * Keys of the room are rotated under a crowd that enters (Q31, 5.11): two rooms that restart one after the other, a gate and a
 * checkout that learn of keys by themselves. Time for those two is moved on by a signal (step-clock.mjs).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../../../scripts/lib/stack.mjs';
import { sha256 } from '../../src/domain/hash.ts';
import { type Answer, send } from '../support/checkout-service.ts';
import { type RoomBalancer, startRoomBalancer } from '../support/room-balancer.ts';

const drop = `keys-${randomBytes(4).toString('hex')}`;
const GATE = fileURLToPath(new URL('../../../connector/src/gate/cli.ts', import.meta.url));
const STEP_CLOCK = new URL('../support/step-clock.mjs', import.meta.url).href;
/** How many enter at once, all the time. */
const LANES = 3;
/** New ones who must have entered before keys are touched again. */
const ENTER_MIN = 5;
const FORGED = 150;
const PAUSE_MS = 30_000;

let stack: Stack;
/** One for each verifier, so that each is counted by itself. */
let beforeGate: RoomBalancer;
let beforeCheckout: RoomBalancer;
let gate: ChildProcess;
let gateUrl: string;
beforeAll(async () => {
  const { REDIS_URL: redisUrl = '', DATABASE_URL: databaseUrl = '' } = process.env;
  const rooms = () => stack?.rooms.map(({ url }) => url) ?? [];
  [beforeGate, beforeCheckout] = await Promise.all([startRoomBalancer(rooms), startRoomBalancer(rooms)]);
  const checkout = { ROOM_URLS: beforeCheckout.url, NODE_OPTIONS: `--import=${STEP_CLOCK}` };
  const stores = { redisUrl, databaseUrl };
  stack = await startStack({
    ...{ name: drop, drop, ...stores, rooms: 2, storefront: false },
    serviceEnv: { checkout },
  });
  const addresses = ['--room', stack.rooms[0]?.url ?? '', '--shop', 'http://127.0.0.1:1'];
  const keys = ['--jwks', `${beforeGate.url}/.well-known/jwks.json`];
  const rest = ['--protect', `/buy=${drop}`, '--listen', '127.0.0.1:0'];
  gate = spawn(process.execPath, ['--import', STEP_CLOCK, GATE, 'gate', ...addresses, ...keys, ...rest], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  for await (const line of createInterface({ input: gate.stdout as NodeJS.ReadableStream })) {
    gateUrl = `http://${/listening on (.+)$/.exec(line)?.[1]}`;
    break;
  }
  gate.stdout?.resume();
}, 120_000);
afterAll(async () => {
  gate?.kill('SIGKILL');
  await stack?.stop();
  beforeGate?.close();
  beforeCheckout?.close();
});

interface Entered {
  readonly kid: string;
  /** What an API client shows gate and checkout. */
  readonly headers: Record<string, string>;
}

const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const atGate = ({ headers }: Entered) =>
  send(gateUrl, 'GET', '/.sluice/check', {
    headers: { ...headers, 'x-original-uri': '/buy', 'x-original-method': 'GET' },
  });
const atCheckout = ({ headers }: Entered) =>
  send(stack.checkouts[0]?.url ?? '', 'POST', `/v1/drops/${drop}/session`, { headers });

/** Asks whichever room is there: one is while the other restarts. */
async function askRoom(method: string, path: string, headers: Record<string, string>, body?: unknown) {
  for (const { url } of stack.rooms) {
    const answer = await send(url, method, `/v1/drops/${drop}/${path}`, { headers, body }).catch(() => null);
    if (answer) return answer;
  }
  return null;
}

let shoppers = 0;
async function enter(): Promise<Entered> {
  const from = { 'x-forwarded-for': `10.9.${shoppers >> 8}.${shoppers++ & 255}` };
  const options = { timeoutMs: 60_000, everyMs: 100 };
  const ticket: string = await waitUntil(async () => {
    const joined = await askRoom('POST', 'tickets', from, {});
    return joined?.status === 201 && joined.body.ticket;
  }, options);
  const secret = randomBytes(32).toString('base64url');
  const bind = sha256(secret).toString('base64url');
  const headers = { authorization: `Ticket ${ticket}`, ...from };
  const token: string = await waitUntil(
    async () => (await askRoom('POST', 'admission', headers, { bind }))?.body?.token,
    options,
  );
  return {
    kid: decode(token.split('.')[0]).kid,
    headers: { authorization: `Bearer ${token}`, 'sluice-secret': secret, ...from },
  };
}

interface Key {
  readonly kid: string;
}
/** As an operator does it: the file, then one instance after the other. */
async function setKeys(...keys: readonly Key[]): Promise<void> {
  writeFileSync(join(stack.keysDir, 'admission-keys.json'), JSON.stringify({ keys }));
  for (const room of stack.rooms) await stack.restart(room);
}

/** Five minutes pass for gate and checkout; returns once `asking` has made both ask for keys again. */
async function passFiveMinutes(asking: () => Promise<unknown>): Promise<void> {
  const [byGate, byCheckout] = [beforeGate.keysAsked(), beforeCheckout.keysAsked()];
  gate.kill('SIGWINCH');
  process.kill(stack.checkouts[0]?.pid ?? 0, 'SIGWINCH');
  await waitUntil(
    async () => {
      await asking();
      return beforeGate.keysAsked() > byGate && beforeCheckout.keysAsked() > byCheckout;
    },
    { what: 'being asked for keys' },
  );
}

test('Q31, 5.11: keys are rotated and retired under a crowd that enters, and no shopper is refused', async () => {
  const created = await send(stack.admin?.url ?? '', 'POST', '/api/v1/drops', {
    headers: { authorization: `Bearer ${stack.operatorKey}` },
    body: {
      ...{ id: drop, name: 'Keys', opensAt: new Date(Date.now() + 1000).toISOString() },
      // Longer than all the time that passes here.
      admission: { lobbySeconds: 0, ratePerMinute: 60_000, tokenSeconds: 3600 },
      page: { returnOrigins: ['https://shop.example'], defaultReturnTo: 'https://shop.example/buy' },
      currency: 'EUR',
      products: [{ sku: 'shoe', name: 'Shoe', priceMinor: 100, stock: 100_000 }],
    },
  });
  expect(created.status, created.text).toBe(201);

  const entered: Entered[] = [];
  const refused: unknown[] = [];
  const present = async (shopper: Entered, what: string) => {
    const answers: [string, Answer, number[]][] = [
      ['gate', await atGate(shopper), [204]],
      ['checkout', await atCheckout(shopper), [200, 201]],
    ];
    for (const [where, { status, text }, good] of answers)
      if (!good.includes(status)) refused.push({ what, where, status, text, kid: shopper.kid });
  };
  let isOver = false;
  const crowd = Array.from({ length: LANES }, async () => {
    while (!isOver) {
      const shopper = await enter();
      await present(shopper, 'entering');
      entered.push(shopper);
    }
  });
  /** Until some more have entered, by keys as they are now. */
  const moreEnter = async (kid: string) => {
    const from = entered.length;
    await waitUntil(() => entered.slice(from).filter((one) => one.kid === kid).length >= ENTER_MIN, {
      timeoutMs: 90_000,
      what: `entries by ${kid}`,
    });
    expect(refused).toEqual([]);
  };
  /** All who ever entered, with tokens of every key, as they go on shopping. */
  const allGoOn = async (what: string) => {
    for (const shopper of [...entered]) await present(shopper, what);
    expect(refused).toEqual([]);
  };

  const old: Key = JSON.parse(readFileSync(join(stack.keysDir, 'admission-keys.json'), 'utf8')).keys[0];
  const next: Key = {
    ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
    kid: `next-${drop}`,
  };
  await moreEnter(old.kid);

  // The next key is published; it signs only when everybody has had time to hear of it.
  await setKeys(old, next);
  await moreEnter(old.kid);
  const [first] = entered as [Entered];
  await passFiveMinutes(() => present(first, 'asking again'));
  await setKeys(next, old);
  await moreEnter(next.kid);
  await allGoOn('after the change');

  // Keys that can not be had do not lock anybody out.
  for (const balancer of [beforeGate, beforeCheckout]) balancer.keysAway(true);
  await passFiveMinutes(() => present(first, 'keys away'));
  await moreEnter(next.kid);
  await allGoOn('keys away');
  for (const balancer of [beforeGate, beforeCheckout]) balancer.keysAway(false);

  // Retired when nobody shops by it any more: then it opens nothing.
  await setKeys(next);
  const [latest] = entered.slice(-1) as [Entered];
  await passFiveMinutes(() => present(latest, 'retiring'));
  await waitUntil(async () => (await atGate(first)).status === 401);
  await waitUntil(async () => (await atCheckout(first)).status === 401);
  expect((await atCheckout(first)).body).toMatchObject({ reason: 'key-unknown' });
  await moreEnter(next.kid);
  isOver = true;
  await Promise.all(crowd);
  expect(refused).toEqual([]);

  // Whatever kids arrive, keys are asked for once in 30 s.
  const began = performance.now();
  const asked = [beforeGate.keysAsked(), beforeCheckout.keysAsked()];
  const [, claims] = latest.headers.authorization?.split('.') ?? [];
  for (let sent = 0; sent < FORGED; sent += 10) {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => {
        const head = encode({ alg: 'EdDSA', typ: 'admission+jwt', kid: `invented-${sent + index}` });
        const token = `${head}.${claims}.${randomBytes(64).toString('base64url')}`;
        const address = `10.10.${sent}.${index}`;
        const headers = {
          ...latest.headers,
          authorization: `Bearer ${token}`,
          'x-forwarded-for': address,
        };
        return Promise.all([atGate, atCheckout].map((ask) => ask({ kid: '', headers })));
      }),
    );
    expect(new Set(answers.flat().map(({ status }) => status))).toEqual(new Set([401]));
  }
  const allowed = 1 + Math.floor((performance.now() - began) / PAUSE_MS);
  for (const [index, { keysAsked }] of [beforeGate, beforeCheckout].entries())
    expect(keysAsked() - (asked[index] ?? 0)).toBeLessThanOrEqual(allowed);
}, 240_000);
