import { waitUntil } from '@sluice/service-kit/testing';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDrop, newBind, readLog } from '../support/drop.ts';
import { joinDrop, send, startTestRoom, type TestRoom, ticketHeader } from '../support/room.ts';

let room: TestRoom;
beforeAll(async () => {
  room = await startTestRoom();
});
afterAll(() => room.close());

test('a shopper joins, is called, comes forward and gets a token that verifies by the published keys', async () => {
  const drop = await createDrop(room.redis);
  await waitUntil(async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).status === 200);
  const ticket = await joinDrop(room.url, drop);
  const headers = ticketHeader(ticket);
  await waitUntil(
    async () => {
      const { body } = await send(room.url, 'GET', `/v1/drops/${drop}/ticket`, { headers });
      return body.called;
    },
    { everyMs: 250 },
  );
  const bind = newBind();
  const answer = await waitUntil(
    async () => {
      const admission = await send(room.url, 'POST', `/v1/drops/${drop}/admission`, {
        headers,
        body: { bind, returnTo: 'https://shop.example/p' },
      });
      return admission.status === 200 ? admission : null;
    },
    { everyMs: 550 },
  );
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', room.url));
  const { payload } = await jwtVerify(answer.body.token, keys, { audience: drop, typ: 'admission+jwt' });
  expect(payload).toMatchObject({ iss: 'http://localhost:8080', cnf: { bind } });
  expect(payload.sub).toBe(payload.jti);
  const log = await readLog(room.redis, drop);
  expect(log.map(({ k }) => k)).toEqual(['open', 'call', 'checkin', 'grant']);
});
