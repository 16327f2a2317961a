import { createAdmissionVerifier } from '@sluice/connector';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop, newBind } from '../support/drop.ts';
import { SERVICE_TOKEN, send, startTestRoom, type TestRoom } from '../support/room.ts';

let room: TestRoom;
let drop: string;
beforeAll(async () => {
  room = await startTestRoom();
  drop = await createDrop(room.redis);
  await waitUntil(
    async () => (await send(room.url, 'GET', `/v1/drops/${drop}/pulse`)).body?.phase === 'open',
  );
});
afterAll(() => room.close());

const headers = { authorization: `Bearer ${SERVICE_TOKEN}` };
const report = { gate: 'gate-0123456789abcdef', batch: 'b1', want: 2, held: [], spent: [], returned: [] };
const post = (body: unknown, sent: Record<string, string> = headers, base = room.url) =>
  send(base, 'POST', `/v1/drops/${drop}/leases`, { headers: sent, body });

interface Entry {
  readonly number: string;
  readonly token: string;
  readonly secret: string;
}

test('5.12: a leased pair is an admission like any other: connector and checkout take it as it is', async () => {
  const answer = await waitUntil(async () => {
    const leased = await post({ ...report, batch: 'whole' });
    return leased.body.entries.length === 2 ? leased : null;
  });
  expect(answer).toMatchObject({ status: 200, body: { phase: 'open', quota: 500, void: [] } });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const verifier = createAdmissionVerifier({
    issuer: 'http://localhost:8080',
    jwks: `${room.url}/.well-known/jwks.json`,
  });
  for (const { number, token, secret } of answer.body.entries as Entry[]) {
    const verdict = await verifier.verify({ token, secret, drop });
    expect(verdict).toMatchObject({ ok: true, claims: { sub: number } });
    const stranger = await verifier.verify({ token, secret: newBind(), drop });
    expect(stranger).toMatchObject({ ok: false, reason: 'secret-mismatch' });
  }
});

test('promise 1: a request that is sent again, to another instance, is answered with the same entries', async () => {
  const other = await room.another();
  const before = await room.redis.zcard(dropKeys(drop).sessions);
  const first = await waitUntil(async () => {
    const leased = await post({ ...report, batch: 'again', want: 3 });
    return leased.body.entries.length > 0 ? leased : null;
  });
  const again = await post({ ...report, batch: 'again', want: 3 }, headers, other.url);
  expect(again.body).toEqual(first.body);
  const after = await room.redis.zcard(dropKeys(drop).sessions);
  expect(after - before).toBe(first.body.entries.length);
});

test('promise 3: only the service token leases', async () => {
  for (const sent of [{}, { authorization: `Bearer ${SERVICE_TOKEN}x` }] as Record<string, string>[])
    expect((await post(report, sent)).status).toBe(401);
  const unknown = await send(room.url, 'POST', '/v1/drops/no-such-drop/leases', { headers, body: report });
  expect([unknown.status, unknown.body.type.split('/').pop()]).toEqual([404, 'no-such-drop']);
});

test('promise 8: a bad report is 400, names the field, and leases nothing', async () => {
  const before = await room.redis.zcard(dropKeys(drop).leases);
  const many = (count: number) => Array.from({ length: count }, () => newBind());
  const [one] = many(1);
  const cases: [unknown, string][] = [
    [{ ...report, gate: 'short' }, 'body.gate'],
    [{ ...report, gate: 'with a space in the name' }, 'body.gate'],
    [{ ...report, batch: '' }, 'body.batch'],
    [{ ...report, want: -1 }, 'body.want'],
    [{ ...report, want: 501 }, 'body.want'],
    [{ ...report, want: 1.5 }, 'body.want'],
    [{ ...report, want: 2, held: many(499) }, 'body.want'],
    [{ ...report, held: many(501) }, 'body.held'],
    [{ ...report, held: ['x'] }, 'body.held.0'],
    [{ ...report, held: [one], spent: [one] }, 'body.held'],
    [{ ...report, spent: [one, one] }, 'body.held'],
    [{ ...report, returned: undefined }, 'body.returned'],
    [{ ...report, more: 1 }, 'body.more'],
  ];
  for (const [body, field] of cases) {
    const answer = await post(body);
    expect([field, answer.status]).toEqual([field, 400]);
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  }
  expect(await room.redis.zcard(dropKeys(drop).leases)).toBe(before);
});
