/** Clean-up (2.11): a drop that is over leaves Redis, and never before all that is kept of it is proved to be in Postgres. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archiveDrop } from '../../src/acts/archive-drop.ts';
import type { Archiving } from '../../src/acts/control-plane.ts';
import { pageRoot, rootOf } from '../../src/domain/roster-root.ts';
import { archiveDrops } from '../../src/jobs/archive-drops.ts';
import { slotKeys } from '../../src/projection/keys.ts';
import { createEndedDrop, type EndedDrop, keysOf } from '../support/ended-drop.ts';
import { openStores, type TestStores } from '../support/stores.ts';

let stores: TestStores;
let plane: Archiving;

beforeAll(async () => {
  stores = await openStores();
  plane = stores.plane;
});
afterAll(() => stores?.close());

const endedDrop = (shape?: Parameters<typeof createEndedDrop>[1]) => createEndedDrop(stores, shape);
const keysLeft = (id: string) => keysOf(stores.redis, id);

/** Stands for what `reportDrop` makes: here it counts that it is kept. */
const report = async (drop: string) => ({ drop, joined: 70 });

async function archive(
  id: string,
  over: Archiving = stores.plane,
  options: { isRosterGivenUp?: boolean } = {},
) {
  // Whoever was at it is taken to be dead.
  await stores.database.query(`update admin.archives set next_try_at = now() where drop_id = $1`, [id]);
  const drop = await over.drops.find(id);
  if (!drop) throw new Error('no drop');
  return archiveDrop(over, drop, { archiveAfterMs: 0, now: new Date(), report, ...options });
}

const rowOf = async (id: string) =>
  (await stores.database.query('select * from admin.archives where drop_id = $1', [id])).rows[0];

async function expectStored({ id, root, pages }: EndedDrop): Promise<void> {
  const { rows } = await stores.database.query(
    `select body from admin.archive_chunks where drop_id = $1 and kind = 'roster' order by number`,
    [id],
  );
  expect(rows.map(({ body }) => body)).toEqual(pages);
  expect(rootOf(rows.map(({ body }) => pageRoot(body))).toString('base64url')).toBe(root);
}

test('a drop that is over: draw, late tickets, totals and an audit entry in Postgres, no key in Redis', async () => {
  const drop = await endedDrop();
  expect(await archive(drop.id)).toMatchObject({ status: 'archived' });
  expect(await keysLeft(drop.id)).toEqual([]);
  await expectStored(drop);
  const row = await rowOf(drop.id);
  expect(row.totals).toMatchObject({ joined: 70, entered: 40, left: 7, missed: 3, waiting: 2, late: 2 });
  expect(row.totals.log).toEqual({ open: 1, grant: 1, 'end:paid': 2, 'end:expired': 1 });
  expect(row.report).toEqual({ drop: drop.id, joined: 70 });
  const late = await plane.archives.chunk(drop.id, 'late', 0);
  expect(late).toBe(`${'L'.repeat(43)} 0 1\n${'M'.repeat(43)} 0 1\n`);
  const acts = await stores.audit.readBack({ drop: drop.id, before: Number.MAX_SAFE_INTEGER, limit: 2 });
  expect(acts.map(({ act, actor }) => [act, actor])).toEqual([
    ['drop.remove', 'system'],
    ['drop.archive', 'system'],
  ]);
  expect(Number(row.audit_seq)).toBe(acts[1]?.seq);
  expect(await stores.redis.zscore('wr:archived', drop.id)).not.toBeNull();
  // Neither the comparison of every second nor another try brings it back.
  expect((await plane.drops.projected()).map(({ id }) => id)).not.toContain(drop.id);
  expect(await archive(drop.id)).toEqual({ status: 'taken' });
});

test('first come, first served, closed by an operator: no roster, and the checkout hears of an end', async () => {
  const drop = await endedDrop({ lines: 0 });
  await stores.database.query(
    `update admin.drops set closes_at = null, override = 'closed', updated_at = now() - interval '1 hour' where drop_id = $1`,
    [drop.id],
  );
  await stores.redis.hset(`wr:{${drop.id}}:control`, 'override', 'closed', 'closes_us', 0);
  expect(await archive(drop.id)).toMatchObject({ status: 'archived' });
  expect(await keysLeft(drop.id)).toEqual([]);
  expect((await rowOf(drop.id)).head).toBeNull();
  const { rows } = await stores.database.query('select closes_at from admin.drops where drop_id = $1', [
    drop.id,
  ]);
  expect(rows[0].closes_at.getTime()).toBeLessThan(Date.now());
});

/** Everything that the act does outside of itself, counted; the step at which it is killed does not happen. */
function dyingAt(step: number): { over: Archiving; steps: () => number } {
  let count = 0;
  const dying = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const member = Reflect.get(object, name);
        if (typeof member !== 'function' || name === 'failed' || name === 'release') return member;
        return (...args: unknown[]) => {
          count++;
          if (count >= step) throw new Error('killed');
          return Reflect.apply(member, object, args);
        };
      },
    });
  return {
    over: { ...plane, archives: dying(plane.archives), source: dying(plane.source) },
    steps: () => count,
  };
}

test('promise 7: stopped before any of its steps, nothing is removed that is not stored, and another instance ends it', async () => {
  const clean = dyingAt(Number.POSITIVE_INFINITY);
  const first = await endedDrop();
  expect(await archive(first.id, clean.over)).toMatchObject({ status: 'archived' });
  const steps = clean.steps();
  expect(steps).toBeGreaterThan(15);
  const drops = await Promise.all(Array.from({ length: steps - 1 }, () => endedDrop()));
  for (const [index, drop] of drops.entries()) {
    const dying = dyingAt(index + 2); // the first step is the claim, whose failure is the caller's
    expect(await archive(drop.id, dying.over)).toEqual({ status: 'failed', error: 'killed' });
    const control = await stores.redis.exists(`wr:{${drop.id}}:control`);
    if (control === 0) {
      expect((await rowOf(drop.id)).stored_at).not.toBeNull();
      await expectStored(drop);
    }
    expect(await archive(drop.id)).toMatchObject({ status: 'archived' });
    await expectStored(drop);
    expect(await keysLeft(drop.id)).toEqual([]);
    expect((await rowOf(drop.id)).totals).toMatchObject({ joined: 70, late: 2 });
  }
});

test('several instances at once: one archives', async () => {
  const drop = await endedDrop({ lines: 100 });
  const plan = await plane.drops.find(drop.id);
  if (!plan) throw new Error('no drop');
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, () => archiveDrop(plane, plan, { archiveAfterMs: 0, now: new Date(), report })),
  );
  expect(outcomes.filter(({ status }) => status === 'archived')).toHaveLength(1);
  expect(outcomes.filter(({ status }) => status === 'taken')).toHaveLength(5);
});

test('an instance that wakes up when another one has archived the drop leaves what is stored as it is', async () => {
  const drop = await endedDrop({ lines: 100 });
  expect(await archive(drop.id)).toMatchObject({ status: 'archived' });
  const before = await rowOf(drop.id);
  await plane.archives.store(drop.id, {
    ...{ actor: 'late', reason: null, closedAt: new Date(), late: [], report: null },
    totals: { ...before.totals, joined: 0 },
  });
  expect(await rowOf(drop.id)).toEqual(before);
  expect(await plane.archives.chunk(drop.id, 'late', 0)).not.toBeNull();
});

test('who may still be inside is waited for, whatever the plan says', async () => {
  const drop = await endedDrop({ lines: 100 });
  const sessions = `wr:{${drop.id}}:sessions`;
  await stores.redis.zadd(sessions, (Date.now() + 60_000) * 1000, 'inside');
  expect(await archive(drop.id)).toMatchObject({ status: 'waiting', why: 'somebody is still inside' });
  expect(await keysLeft(drop.id)).toContain(`wr:{${drop.id}}:control`);
  await stores.redis.zrem(sessions, 'inside');
  // Ended just now: tokens and holds of the last who entered have not run out.
  await stores.database.query(
    `update admin.drops set closes_at = now() - interval '1 minute' where drop_id = $1`,
    [drop.id],
  );
  expect(await archive(drop.id)).toEqual({ status: 'draw-stored' });
  await expectStored(drop);
  expect(await keysLeft(drop.id)).toContain(`wr:{${drop.id}}:control`);
});

test.each([
  ['a page that Redis has lost', (id: string) => stores.redis.del(`wr:{${id}}:roster:b1:1`), /lost page 1/],
  [
    'a page that is not the one published',
    (id: string) => stores.redis.set(`wr:{${id}}:roster:b1:0`, `${'A'.repeat(43)} 0 1\n`),
    /page 0 .* not the one published/,
  ],
  ['a head that Redis has lost', (id: string) => stores.redis.del(`wr:{${id}}:roster`), /lost its roster/],
  [
    'another root than the published one',
    (id: string) => stores.redis.hset(`wr:{${id}}:control`, 'roster_root', 'A'.repeat(43)),
    /another root/,
  ],
])('%s: nothing is removed, and it is said why', async (_what, break_, told) => {
  const drop = await endedDrop();
  await break_(drop.id);
  const before = await keysLeft(drop.id);
  expect(await archive(drop.id)).toMatchObject({ status: 'failed', error: expect.stringMatching(told) });
  expect(await keysLeft(drop.id)).toEqual(before);
  expect((await rowOf(drop.id)).last_error).toMatch(told);
  // An operator who has given the draw up can let it go.
  expect(await archive(drop.id, plane, { isRosterGivenUp: true })).toMatchObject({ status: 'archived' });
  expect((await keysLeft(drop.id)).filter((key) => !key.includes(':roster:'))).toEqual([]);
});

test('what Postgres has is read back: a page altered there is found before anything is removed', async () => {
  const drop = await endedDrop();
  const plan = await plane.drops.find(drop.id);
  if (!plan) throw new Error('no drop');
  // Its draw was stored while it ran.
  expect(await archiveDrop(plane, plan, { archiveAfterMs: 1e12, now: new Date(), report })).toEqual({
    status: 'draw-stored',
  });
  await stores.database.query('alter table admin.archive_chunks disable trigger archive_chunks_never_change');
  await stores.database.query(
    `update admin.archive_chunks set body = replace(body, ' 0 1', ' 3 8') where drop_id = $1 and number = 0`,
    [drop.id],
  );
  const before = await keysLeft(drop.id);
  expect(await archive(drop.id)).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/published root/),
  });
  expect(await keysLeft(drop.id)).toEqual(before);
});

test('a drop made again under the same id is another one, and stays', async () => {
  const drop = await endedDrop();
  const control = `wr:{${drop.id}}:control`;
  const other = { commit: 'c'.repeat(64), opens_us: '1' };
  await stores.redis.hset(control, other);
  expect(await archive(drop.id)).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/another drop/),
  });
  expect(await stores.redis.hgetall(control)).toMatchObject(other);
  // Also when it comes between the look and the removal.
  const real = await endedDrop({ lines: 100 });
  const sneaky: Archiving = {
    ...plane,
    source: {
      ...plane.source,
      async markArchived(drops) {
        await plane.source.markArchived(drops);
        await stores.redis.hset(`wr:{${real.id}}:control`, other);
      },
    },
  };
  expect(await archive(real.id, sneaky)).toMatchObject({ status: 'waiting', why: 'it is another' });
  expect(await stores.redis.hgetall(`wr:{${real.id}}:control`)).toMatchObject(other);
  expect(await stores.redis.zscore('wr:archived', real.id)).toBeNull();
});

test('Redis emptied: the list of the archived comes back, the archived drops do not', async () => {
  const drop = await endedDrop({ lines: 100 });
  await archive(drop.id);
  await stores.redis.flushdb();
  await archiveDrops({ ...plane, archiveAfterMs: 1e12, archive: async () => false, observe() {} });
  expect(await stores.redis.zscore('wr:archived', drop.id)).not.toBeNull();
  expect(await keysLeft(drop.id)).toEqual([]);
});

test('the keys that are removed are those that the room has', () => {
  const room = readFileSync(new URL('../../../../waiting-room/src/queue/keys.ts', import.meta.url), 'utf8');
  const names = [...room.matchAll(/: key\('([a-z-]+)'\)/g)].map(([, name]) => `wr:{d}:${name}`);
  expect(names.length).toBeGreaterThan(15);
  expect(slotKeys('d').toSorted()).toEqual([...names, 'co:{d}:stock'].toSorted());
});
