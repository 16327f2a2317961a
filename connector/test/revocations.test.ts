import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createAdmissionVerifier, createSecret } from '../src/index.ts';
import { STALE_AFTER_MS } from '../src/revocations.ts';
import {
  createSigningKey,
  DROP,
  honestClaims,
  ISSUER,
  jwksOf,
  NOW_SECONDS,
  signToken,
} from './support/fake-keys.ts';

const room = createSigningKey('room-1');
const secret = createSecret();
const claims = await honestClaims(secret);
const token = signToken(room, claims);

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A room that publishes keys and, at will, who was revoked. `null` hangs up. */
async function startRoom(revoked: readonly string[]) {
  const state = {
    answer: JSON.stringify({ drop: DROP, revoked }) as string | number | null,
    asked: [] as string[],
    sent: 0,
    /** Answers wait for it. */
    hold: undefined as Promise<void> | undefined,
  };
  const server = createServer((request, response) => {
    if (request.url === '/.well-known/jwks.json') return response.end(JSON.stringify(jwksOf(room)));
    state.asked.push(request.url ?? '');
    if (state.answer === null) return request.socket.destroy();
    if (state.hold) return void state.hold.then(() => response.end(state.answer));
    if (typeof state.answer === 'number') return response.writeHead(state.answer).end();
    const etag = `"${Buffer.from(state.answer).toString('base64url')}"`;
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
    state.sent++;
    return response.writeHead(200, { etag, 'content-type': 'application/json' }).end(state.answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let nowMs = NOW_SECONDS * 1000;
  const verifier = createAdmissionVerifier({
    issuer: ISSUER,
    jwks: `${origin}/.well-known/jwks.json`,
    now: () => nowMs,
  });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  const verify = async (drop = DROP) => {
    const verdict = await verifier.verify({ token, secret, drop });
    return verdict.ok ? 'ok' : verdict.reason;
  };
  const revoke = (...numbers: string[]) => {
    state.answer = JSON.stringify({ drop: DROP, revoked: numbers });
  };
  return { state, origin, verify, pass, revoke };
}

test('3.21: a revoked admission is refused within 5 s, however often it was accepted before', async () => {
  const { verify, pass, revoke } = await startRoom([createSecret()]);
  expect(await verify()).toBe('ok');
  revoke(createSecret(), claims.jti);
  // Two seconds of the five may have gone by until the room's own list says so.
  pass(3000);
  expect(await verify()).toBe('revoked');
  revoke();
  pass(3000);
  expect(await verify()).toBe('ok');
});

test('the first token of a drop waits for its list, later ones are judged by what is known while it is fetched', async () => {
  const { state, verify, pass, revoke } = await startRoom([]);
  expect(await verify()).toBe('ok');
  expect(state.asked).toEqual([`/v1/drops/${DROP}/revocations`]);
  revoke(claims.jti);
  pass(999);
  expect(await verify()).toBe('ok');
  expect(state.asked).toHaveLength(1);
  pass(1);
  // Asked for, not waited for.
  expect(await verify()).toBe('ok');
  await expect.poll(() => verify()).toBe('revoked');
  expect(state.asked).toHaveLength(2);
});

test('3.21: an answer that was long under way is as old as its question', async () => {
  const { state, verify, pass, revoke } = await startRoom([]);
  let arrive = () => {};
  state.hold = new Promise((resolve) => {
    arrive = resolve;
  });
  const first = verify();
  await expect.poll(() => state.asked.length).toBe(1);
  pass(STALE_AFTER_MS - 1);
  arrive();
  expect(await first).toBe('ok');
  state.hold = undefined;
  revoke(claims.jti);
  pass(1);
  expect(await verify()).toBe('revoked');
});

test('a list that has not changed is not sent again', async () => {
  const { state, verify, pass } = await startRoom([claims.jti]);
  for (let round = 0; round < 4; round++) {
    expect(await verify()).toBe('revoked');
    pass(3000);
  }
  expect([state.asked.length, state.sent]).toEqual([4, 1]);
});

test.each([
  ['hangs up', null],
  ['fails', 503],
  ['knows no such list', 404],
  ['answers nonsense', '<html>'],
  ['answers something else', '{"revoked":"everybody"}'],
])(
  'while the room %s, who was revoked stays revoked and everybody else goes on, without waiting each time',
  async (_, answer) => {
    const { state, verify, pass } = await startRoom([claims.jti]);
    expect(await verify()).toBe('revoked');
    state.answer = answer;
    for (let second = 0; second < 60; second++) {
      pass(1000);
      expect(await verify()).toBe('revoked');
    }
    // 2, 4, 8, 16, 30 s apart, as the first failures are noticed.
    expect(state.asked.length).toBeLessThanOrEqual(7);
    const fresh = await startRoom([]);
    fresh.state.answer = answer;
    expect(await fresh.verify()).toBe('ok');
  },
);

test('numbers that can be none, and lists of another size than agreed, change nothing', async () => {
  const { state, verify, pass, revoke } = await startRoom([]);
  state.answer = JSON.stringify({ revoked: [null, 7, {}, 'short', claims.jti] });
  expect(await verify()).toBe('revoked');
  revoke(...Array.from({ length: 20_000 }, () => createSecret()));
  pass(3000);
  expect(await verify()).toBe('revoked');
});

test('whoever turns it off asks nobody', async () => {
  const { state, origin } = await startRoom([claims.jti]);
  for (const options of [
    { jwks: `${origin}/.well-known/jwks.json`, revocations: false as const },
    { jwks: async () => jwksOf(room) },
  ]) {
    const verifier = createAdmissionVerifier({ issuer: ISSUER, now: () => NOW_SECONDS * 1000, ...options });
    expect(await verifier.verify({ token, secret, drop: DROP })).toMatchObject({ ok: true });
  }
  expect(state.asked).toEqual([]);
});

test('of several addresses the first that answers counts', async () => {
  const [dead, alive] = [await startRoom([]), await startRoom([claims.jti])];
  dead.state.answer = null;
  const verifier = createAdmissionVerifier({
    issuer: ISSUER,
    jwks: async () => jwksOf(room),
    revocations: [dead, alive].map(({ origin }) => `${origin}/v1/drops/{drop}/revocations`),
    now: () => NOW_SECONDS * 1000,
  });
  expect(await verifier.verify({ token, secret, drop: DROP })).toEqual({ ok: false, reason: 'revoked' });
});
