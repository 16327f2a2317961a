import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProjection } from '../../src/projection/projection.ts';
import { inSeconds, startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterAll(() => admin?.close());

/** Everything the control plane has written of a drop. */
async function projected(drop: string) {
  return {
    control: await admin.redis.hgetall(`wr:{${drop}}:control`),
    seed: await admin.redis.get(`wr:{${drop}}:seed`),
    page: await admin.redis.get(`wr:page:${drop}`),
    opensAt: await admin.redis.zscore('wr:drops', drop),
  };
}

async function isBack(drop: string, before: Awaited<ReturnType<typeof projected>>): Promise<void> {
  await waitUntil(async () => JSON.stringify(await projected(drop)) === JSON.stringify(before), {
    timeoutMs: 15_000,
    what: 'everything as it was',
  });
}

test('Q1: Redis emptied, policy, seed, page and list are back as they were, with the same version', async () => {
  const drops = await Promise.all([admin.createDrop(), admin.createDrop({ admission: { lobby: 'fifo' } })]);
  await admin.call('PATCH', `/api/v1/drops/${drops[0]?.body.id}/admission`, { ratePerMinute: 77 });
  for (const { body } of drops)
    await waitUntil(
      async () => (await admin.call('GET', `/api/v1/drops/${body.id}`)).body.room.status === 'done',
    );
  const before = await Promise.all(drops.map(({ body }) => projected(body.id)));
  expect(before[0]?.control).toMatchObject({ policy_version: '2', rate_per_minute: '77' });
  await admin.redis.flushdb();
  for (const [at, { body }] of drops.entries()) {
    const lost = before[at];
    if (!lost) throw new Error('no drop');
    await waitUntil(
      async () => {
        const { control, ...rest } = await projected(body.id);
        const { control: controlBefore, ...restBefore } = lost;
        expect({ ...rest, control: sorted(control) }).toEqual({
          ...restBefore,
          control: sorted(controlBefore),
        });
        return true;
      },
      { timeoutMs: 15_000 },
    );
  }
});

const sorted = (hash: Record<string, string>) => Object.entries(hash).sort();

test('Q1: what a failover set back to an older version is written again, piece by piece', async () => {
  const { body } = await admin.createDrop();
  await admin.call('PATCH', `/api/v1/drops/${body.id}/admission`, { ratePerMinute: 77 });
  await admin.call('POST', `/api/v1/drops/${body.id}/pause`);
  const before = await projected(body.id);
  const losses: (() => Promise<unknown>)[] = [
    () =>
      admin.redis.hset(`wr:{${body.id}}:control`, 'policy_version', 1, 'rate_per_minute', 60, 'override', ''),
    () => admin.redis.del(`wr:{${body.id}}:seed`),
    () => admin.redis.del(`wr:page:${body.id}`),
    () => admin.redis.zrem('wr:drops', body.id),
  ];
  for (const lose of losses) {
    await lose();
    await isBack(body.id, before);
  }
});

test('the state that the room keeps beside the policy is never touched', async () => {
  const { body } = await admin.createDrop();
  const state = {
    opened_us: '1',
    frontier: '5',
    bucket: '0.5',
    epoch: 'abc',
    entered_total: '7',
    last_order: '9',
  };
  await admin.redis.hset(`wr:{${body.id}}:control`, state);
  await admin.call('PATCH', `/api/v1/drops/${body.id}/admission`, { ratePerMinute: 61 });
  await admin.redis.hdel(`wr:{${body.id}}:control`, 'policy_version');
  await waitUntil(async () => (await admin.redis.hget(`wr:{${body.id}}:control`, 'policy_version')) === '2', {
    timeoutMs: 15_000,
  });
  expect(await admin.redis.hgetall(`wr:{${body.id}}:control`)).toMatchObject({
    ...state,
    rate_per_minute: '61',
  });
});

test('Q1: an older policy never replaces a newer one, in whatever order writers come', async () => {
  const { body } = await admin.createDrop();
  const projection = createProjection(admin.redis);
  const plan = {
    ...body,
    opensAt: new Date(body.opensAt),
    lobbyOpensAt: new Date(body.lobbyOpensAt),
    closesAt: null,
    overrideUntil: null,
    codeBatches: [],
  };
  const seed = (await admin.redis.get(`wr:{${body.id}}:seed`)) ?? '';
  const versions = [7, 3, 9, 5, 8, 9, 2];
  const outcomes = await Promise.all(
    versions.map((policyVersion) =>
      projection.write(
        { ...plan, policyVersion, admission: { ...plan.admission, ratePerMinute: policyVersion } },
        seed,
      ),
    ),
  );
  expect(outcomes.map(({ status }) => status)).toEqual([
    'written',
    'newer',
    'written',
    'newer',
    'newer',
    'same',
    'newer',
  ]);
  expect(await admin.redis.hmget(`wr:{${body.id}}:control`, 'policy_version', 'rate_per_minute')).toEqual([
    '9',
    '9',
  ]);
  // Postgres is behind Redis now: the next change still wins.
  const changed = await admin.call('PATCH', `/api/v1/drops/${body.id}/admission`, { ratePerMinute: 70 });
  expect(changed.body).toMatchObject({ policyVersion: 10, room: { status: 'done' } });
});

test('Q9: an opening that came while it was being moved stays, and the plan gives way to it, audited', async () => {
  const { body } = await admin.createDrop({ opensAt: inSeconds(5), admission: { lobbySeconds: 60 } });
  const control = `wr:{${body.id}}:control`;
  // Behind the control plane's back the plan says another opening, as if the move had been decided a moment before it came.
  const opened = String(Date.parse(body.opensAt) * 1000);
  await admin.redis.hset(control, 'opened_us', opened);
  await admin.database.query(
    `update admin.drops set opens_at = opens_at + interval '1 hour', policy_version = 2 where drop_id = $1`,
    [body.id],
  );
  const told = await waitUntil(
    async () => {
      const { body: now } = await admin.call('GET', `/api/v1/drops/${body.id}`);
      return now.opensAt === body.opensAt && now.policyVersion > 2 && now.room.status === 'done' && now;
    },
    { timeoutMs: 20_000, everyMs: 100 },
  );
  expect(await admin.redis.hget(control, 'opens_us')).toBe(opened);
  expect(told.policyVersion).toBe(3);
  const { rows } = await admin.database.query(
    `select actor, reason from admin.audit where drop_id = $1 and act = 'plan.give-way'`,
    [body.id],
  );
  expect(rows).toEqual([{ actor: 'system', reason: 'the drop had opened already' }]);
});
