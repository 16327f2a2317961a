import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACTS_PER_OPERATOR, REQUESTS_PER_ADDRESS } from '../../src/rate-limits.ts';
import {
  type Answer,
  OPERATOR_KEY,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterAll(() => admin?.close());

async function many(count: number, ask: () => Promise<{ status: number }>): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  for (let done = 0; done < count; done += 50) {
    const answers = await Promise.all(Array.from({ length: Math.min(50, count - done) }, ask));
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  return statuses;
}

test('an address that guesses keys is told to wait; another one is not', async () => {
  const guess = (address: string) =>
    send(admin.url, 'GET', '/api/v1/drops', {
      headers: { authorization: 'Bearer guess', 'x-forwarded-for': address },
    });
  let refused: Answer | undefined;
  const statuses = await many(REQUESTS_PER_ADDRESS.max + 10, async () => {
    const answer = await guess('203.0.113.7');
    if (answer.status === 429) refused = answer;
    return answer;
  });
  expect(statuses.get(401)).toBeLessThanOrEqual(REQUESTS_PER_ADDRESS.max * 2);
  expect(refused).toMatchObject({ status: 429, body: { type: expect.stringContaining('rate-limited') } });
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await guess('203.0.113.8')).status).toBe(401);
}, 60_000);

test('a script that runs away is told to wait by every instance, whatever address it comes from', async () => {
  const other = await admin.another({ INSTANCE_ID: 'other' });
  let asked = 0;
  const act = (base: string) =>
    send(base, 'POST', '/api/v1/drops/no-such-drop/resume', {
      headers: { authorization: `Bearer ${OPERATOR_KEY}`, 'x-forwarded-for': `198.51.100.${asked++ % 250}` },
    });
  const statuses = await many(ACTS_PER_OPERATOR.max + 10, () => act(admin.url));
  expect(statuses.get(429)).toBeGreaterThan(0);
  await waitUntil(async () => (await act(other.url)).status === 429, { timeoutMs: 40_000 });
}, 60_000);
